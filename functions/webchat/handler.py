"""Answer the visitors of the web chat, and serve its widget."""

from functools import cache
from typing import Any

from bootstrap.house import house
from webchat.company import Company
from webchat.files import Cabinet
from webchat.outside import Outside
from webchat.routes import Webchat
from webchat.visitor import ACCOUNT, CHANNEL


@cache
def _webchat() -> Webchat:
    found = house()
    return Webchat(
        Outside(
            table=found.table,
            inbound=found.inbound,
            archive=found.archive,
            identity=lambda: found.identity,
            clock=found.clock,
            cabinet=Cabinet(found.media, found.media_queue),
            links=lambda: found.links,
            origins=tuple(found.settings.webchat_origins.split(",")),
            company=_company,
        )
    )


def _company() -> Company | None:
    stored = house().vault.account(CHANNEL, ACCOUNT)
    return None if stored is None else Company.model_validate(stored)


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one HTTP request (API Gateway, payload format 2.0)."""
    return _webchat()(event, context)
