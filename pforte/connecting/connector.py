"""Fix what each messenger's module offers as `CONNECTOR`, and what those modules share."""

import getpass
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import ClientError

from aws.vault import account_parameter
from channels.base import reached_at
from channels.registry import channel_named
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House

_HTTP_S = 20.0


@dataclass(frozen=True)
class Connected:
    """What was connected.

    `verify_token` is to be pasted where the messenger asks for one; `left` says, line by line, what
    else is to be done by hand.
    """

    channel: str
    account: str
    name: str
    callback_url: str
    verify_token: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Connector:
    """How accounts at one messenger are connected.

    `needed` are the secrets without which nothing goes, `account` says what `--account` is.
    `connect` gets the account, "" where none was named, and the secrets; it checks them with the
    messenger and stores them, and raises Failure.
    """

    channel: str
    account: str
    needed: tuple[str, ...]
    connect: Callable[[House, str, Mapping[str, str]], Connected]


def ask(method: str, url: str, who: str, token: str, **more: Any) -> dict[str, Any]:
    """Call a messenger; nothing of the token is ever told. Raises Failure."""
    try:
        here = url.startswith("http://127.0.0.1")
        answer = httpx.request(method, url, timeout=_HTTP_S, trust_env=not here, **more)
        body: dict[str, Any] = answer.json()
    except httpx.HTTPError as error:
        raise Failure(f"{who} is out of reach: {type(error).__name__}") from None
    except ValueError:
        raise Failure(f"{who} answers {answer.status_code} and no JSON") from None
    if answer.is_success:
        return body
    raise Failure(f"{who} says no: {_words(body).replace(token, '…')} ({answer.status_code})")


def _words(body: Mapping[str, Any]) -> str:
    error = body.get("error", {})
    details = error.get("error_data", {}).get("details")
    return str(body.get("description") or details or error.get("message") or "without a reason")


def asked(title: str, *, secret: bool) -> str:
    """Return what somebody types at the prompt. Raises Failure where nobody does."""
    if not sys.stdin.isatty():
        raise Failure(f"the {title} is missing; see `pforte connect CHANNEL -h`", CALLED_WRONGLY)
    read = getpass.getpass if secret else input
    value = read(f"{title}: ").strip()
    if not value:
        raise Failure(f"the {title} is missing", CALLED_WRONGLY)
    return value


def kept_secrets(house: House, channel: str, account: str) -> dict[str, str]:
    """Return the secrets that the house has of an account, none where it is new."""
    name = account_parameter(house.outputs["ParameterPrefix"], channel, account)
    try:
        answer = house.client("ssm").get_parameter(Name=name, WithDecryption=True)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return {}
    kept: dict[str, str] = json.loads(answer["Parameter"]["Value"])
    return kept


def provider(house: House, channel: str, given: Mapping[str, str]) -> str:
    """Return the URL that the paths of a messenger's calls are appended to."""
    url = reached_at(channel_named(channel), house.messengers)
    return url.replace("{graph_host}", given.get("graph_host", ""))


def callback_url(house: House, channel: str, account: str) -> str:
    """Return where the messenger is to send its webhooks."""
    return f"{house.url}/webhooks/{channel}/{account}"


def same(wanted: str, told: str) -> str:
    """Return the account a token speaks for. Raises Failure where another one is wanted."""
    if wanted and wanted != told:
        raise Failure(f"the token speaks for {told}, not for {wanted}", CALLED_WRONGLY)
    return told


def named(given: Mapping[str, str], name: str) -> dict[str, str]:
    """Add the name by which links lead to the account; a `public_name` that is given counts."""
    return {"public_name": name, **given} if name else dict(given)


def bearer(given: Mapping[str, str]) -> dict[str, str]:
    """Return the header that brings the access token."""
    return {"Authorization": f"Bearer {given['access_token']}"}


def new_token() -> str:
    """Return a secret that nobody can guess."""
    return secrets.token_urlsafe(32)
