"""Answer the outbound queue: send, and record what became of it."""

import sys
import time
from functools import cache
from typing import Any

import httpx

from aws.clients import patient_client
from aws.mailer import SesMailer
from bootstrap.counts import SentCounts
from bootstrap.house import house
from channels.base import reached_at
from channels.files import FileLink
from channels.mail import CHANNEL as MAIL
from conversation.media import Fate, object_key
from deliver.batch import deliver
from deliver.mail_provider import MailProvider
from deliver.provider import TIMEOUT_SECONDS, HttpProvider, Providers
from deliver.send import House

FETCHED_WITHIN = 900
"""Seconds for which a messenger may fetch a file that we send: they do it at once."""


@cache
def _house() -> House:
    found = house()
    simulated = found.settings.simulated_messengers_url
    ses = patient_client("sesv2", TIMEOUT_SECONDS, reached_at(MAIL, simulated))
    mailer = SesMailer(ses, found.settings.mail_configuration_set)
    mail = MailProvider(mailer, lambda file: found.media.get(object_key(file.place)))

    def link(file: FileLink) -> str:
        fate = Fate(mime_type=file.mime_type, filename=file.filename)
        return found.media.link(object_key(file.place), fate, FETCHED_WITHIN)

    return House(
        table=found.table,
        inbound=found.inbound,
        outbound=found.outbound,
        vault=found.vault,
        provider=Providers(HttpProvider(httpx.Client(), link, simulated), {MAIL.name: mail}),
        clock=found.clock,
        wait=time.sleep,
        count=_counts().count,
    )


@cache
def _counts() -> SentCounts:
    found = house()
    return SentCounts(found.settings.stack, found.clock, sys.stdout)


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Handle a batch of deliveries."""
    try:
        return deliver(_house(), event)
    finally:
        _counts().write()
