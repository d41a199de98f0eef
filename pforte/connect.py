"""Take the command `pforte connect`: tell a house the secrets of an account at a messenger."""

import argparse
import getpass
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from aws.vault import account_parameter
from channels.base import reached_at
from channels.registry import channel_named
from pforte import connect_email, connect_webchat
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House, add_house, find_house

TELEGRAM_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""What the house acts on; Telegram sends nothing else."""

MESSENGER_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "message_reactions",
    "message_edits",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "messaging_handovers",
    "standby",
)
"""What a page tells the house, on Messenger and on an Instagram account that is behind it."""

INSTAGRAM_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "message_reactions",
    "message_edit",
)
"""What an account with Instagram's own login tells."""

FACEBOOK_HOST, INSTAGRAM_HOST = "graph.facebook.com", "graph.instagram.com"

_NEEDED = {
    "whatsapp": ("access_token", "app_secret"),
    "telegram": ("access_token",),
    "messenger": ("access_token", "app_secret"),
    "instagram": ("access_token", "app_secret"),
}
_HTTP_S = 20.0

_HELP = """Connect an account at a messenger: check its secrets with the messenger, and store them.

Secrets are never arguments. They come from --secrets FILE (a JSON object, "-" for stdin), else
from {names}, else you are asked for them."""


@dataclass(frozen=True)
class Connected:
    """What was connected. `verify_token` is to be pasted where the messenger asks for one."""

    channel: str
    account: str
    name: str
    callback_url: str
    verify_token: str = ""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("connect", help="connect an account at a messenger to a house")
    channels = parser.add_subparsers(dest="channel", metavar="CHANNEL", required=True)
    accounts = {
        "whatsapp": "the phone number id (Meta: WhatsApp, API setup)",
        "telegram": "the bot's user name; asked of Telegram where it is not given",
        "messenger": "the page's id; asked of Meta where it is not given",
        "instagram": "the professional account's id; asked of Meta where it is not given",
    }
    for channel, meaning in accounts.items():
        variables = " and ".join(_variable(channel, name) for name in _NEEDED[channel])
        known = channels.add_parser(
            channel,
            help=f"connect {channel}",
            description=_HELP.format(names=variables),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        known.add_argument("--account", metavar="ID", help=meaning)
        known.add_argument("--secrets", metavar="FILE", help="a JSON object, - for stdin")
        add_house(known)
        known.add_argument("--json", action="store_true")
    connect_webchat.register(channels)
    connect_email.register(channels)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Connect an account and say what is left to do. Raises Failure."""
    house = find_house(chosen)
    try:
        given = _given_secrets(chosen.channel, chosen.secrets)
        connected = _CONNECT[chosen.channel](house, chosen.account or "", given)
    except (BotoCoreError, ClientError) as error:
        raise Failure(f"AWS does not take the secrets: {error}") from error
    if chosen.json:
        print(json.dumps(asdict(connected), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_report(connected)))
    return 0


def connect_whatsapp(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a number and its app with Meta and store the secrets. Raises Failure."""
    account = account or _asked("WhatsApp phone number id", secret=False)
    if not re.fullmatch(r"[0-9]{5,20}", account):
        raise Failure("the account is a phone number id: digits, not the number", CALLED_WRONGLY)
    number = _ask(
        "GET",
        f"{_provider(house, 'whatsapp', given)}/{account}",
        "WhatsApp",
        given["access_token"],
        params={"fields": "display_phone_number,verified_name", **_proof(given)},
        headers=_bearer(given),
    )
    name = f"{number.get('verified_name', '')} {number.get('display_phone_number', '')}".strip()
    shown = str(number.get("display_phone_number", ""))
    return _store(house, "whatsapp", account, name, _named(given, shown))


def connect_messenger(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a page and its app with Meta, store the secrets, subscribe. Raises Failure."""
    page = _me(house, "messenger", given, "id,name", proved=True)
    account = _same(account, str(page["id"]))
    connected = _store(house, "messenger", account, str(page.get("name", "")), given)
    _subscribe(house, "messenger", given, str(page["id"]), MESSENGER_FIELDS)
    return connected


def connect_instagram(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check an account with its login, store the secrets, subscribe. Raises Failure.

    Tokens of Instagram's own login begin with "IG"; that login takes no proof of the app secret,
    which is then first checked by the first webhook. Both are general knowledge.
    """
    by_instagram = given["access_token"].startswith("IG")
    host = given.get("graph_host") or (INSTAGRAM_HOST if by_instagram else FACEBOOK_HOST)
    if host not in {FACEBOOK_HOST, INSTAGRAM_HOST}:
        raise Failure(f"graph_host is {FACEBOOK_HOST} or {INSTAGRAM_HOST}", CALLED_WRONGLY)
    given = {**given, "graph_host": host}
    if host == INSTAGRAM_HOST:
        ours = _me(house, "instagram", given, "user_id,username", proved=False)
        told, name, subscribed = str(ours["user_id"]), ours["username"], "me"
        fields: Sequence[str] = INSTAGRAM_FIELDS
    else:
        asked = "id,instagram_business_account{id,username}"
        page = _me(house, "instagram", given, asked, proved=True)
        known = page.get("instagram_business_account")
        if not known:
            raise Failure("this page has no professional account on Instagram behind it")
        told, name, subscribed = str(known["id"]), known.get("username", ""), str(page["id"])
        fields = MESSENGER_FIELDS
    connected = _store(
        house, "instagram", _same(account, told), f"@{name}", _named(given, str(name))
    )
    _subscribe(house, "instagram", given, subscribed, fields)
    return connected


def _me(
    house: House, channel: str, given: Mapping[str, str], fields: str, *, proved: bool
) -> dict[str, Any]:
    """Ask who a token speaks for."""
    return _ask(
        "GET",
        f"{_provider(house, channel, given)}/me",
        channel.capitalize(),
        given["access_token"],
        params={"fields": fields, **(_proof(given) if proved else {})},
        headers=_bearer(given),
    )


def _subscribe(
    house: House, channel: str, given: Mapping[str, str], node: str, fields: Sequence[str]
) -> None:
    """Let Meta tell the app what happens at the page or account."""
    _ask(
        "POST",
        f"{_provider(house, channel, given)}/{node}/subscribed_apps",
        channel.capitalize(),
        given["access_token"],
        params={"subscribed_fields": ",".join(fields)},
        headers=_bearer(given),
    )


def _same(wanted: str, told: str) -> str:
    if wanted and wanted != told:
        raise Failure(f"the token speaks for {told}, not for {wanted}", CALLED_WRONGLY)
    return told


def _named(given: Mapping[str, str], name: str) -> dict[str, str]:
    """Add the name by which links lead to the account; a `public_name` that is given counts."""
    return {"public_name": name, **given} if name else dict(given)


def _proof(given: Mapping[str, str]) -> dict[str, str]:
    """Return the proof that Graph refuses unless token and app secret belong together.

    While one secret replaces another there may be several, the app's present one first.
    """
    app_secret = re.split(r"[\s,]+", given["app_secret"])[0]
    proof = hmac.new(app_secret.encode(), given["access_token"].encode(), hashlib.sha256)
    return {"appsecret_proof": proof.hexdigest()}


def _bearer(given: Mapping[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {given['access_token']}"}


def _store(
    house: House, channel: str, account: str, name: str, given: Mapping[str, str]
) -> Connected:
    """Store an account of Meta's with the verify token that Meta knows, or a new one."""
    kept = _kept(house, channel, account)
    verify_token = given.get("verify_token") or kept.get("verify_token") or _new_token()
    house.connect(channel, account, {**given, "verify_token": verify_token})
    return Connected(channel, account, name, _callback(house, channel, account), verify_token)


def connect_telegram(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a bot with Telegram, store its secrets, and lead its updates here. Raises Failure."""
    token = given["access_token"]
    if not re.fullmatch(r"[0-9]{6,}:[A-Za-z0-9_-]{20,}", token):
        raise Failure(
            "this is no bot's token: BotFather's look like 123456789:ABC…", CALLED_WRONGLY
        )
    bot = _telegram(house, token, "getMe", {})
    account = account or str(bot["username"])
    # Kept from an earlier time: the house must know the secret of each update that is under way.
    kept = _kept(house, "telegram", account)
    secret_token = given.get("secret_token") or kept.get("secret_token") or _new_token()
    callback = _callback(house, "telegram", account)
    stored = _named({**given, "secret_token": secret_token}, str(bot["username"]))
    house.connect("telegram", account, stored)
    webhook = {
        "url": callback,
        "secret_token": secret_token,
        "allowed_updates": list(TELEGRAM_UPDATES),
    }
    _telegram(house, token, "setWebhook", webhook)
    return Connected("telegram", account, f"{bot['first_name']} @{bot['username']}", callback)


_CONNECT = {
    "whatsapp": connect_whatsapp,
    "telegram": connect_telegram,
    "messenger": connect_messenger,
    "instagram": connect_instagram,
}

_WEBHOOK = {
    "whatsapp": (
        "WhatsApp, Configuration, Webhook",
        "the field messages, and smb_message_echoes where the number is shared with the app",
    ),
    "messenger": ("Messenger, Settings, Webhooks", ", ".join(MESSENGER_FIELDS)),
    "instagram": ("Instagram, Webhooks", ", ".join(INSTAGRAM_FIELDS)),
}
"""Where the dashboard asks for a webhook, and which fields it has to be subscribed to."""


def _telegram(house: House, token: str, method: str, parameters: Mapping[str, Any]) -> Any:
    url = f"{_provider(house, 'telegram', {})}/bot{token}/{method}"
    return _ask("POST", url, "Telegram", token, json=parameters)["result"]


def _ask(method: str, url: str, who: str, token: str, **more: Any) -> dict[str, Any]:
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


def _given_secrets(channel: str, file: str | None) -> dict[str, str]:
    """Return the secrets from a file, else from the environment, else from whoever types."""
    given = _secrets_of_file(file) if file else {}
    for name in _NEEDED[channel]:
        title = f"{channel} {name.replace('_', ' ')}"
        value = given.get(name) or os.environ.get(_variable(channel, name), "")
        given[name] = value.strip() or _asked(title, secret=True)
    return given


def _secrets_of_file(file: str) -> dict[str, str]:
    text = sys.stdin.read() if file == "-" else Path(file).read_text()
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Failure(f"{file} holds no JSON object of texts", CALLED_WRONGLY)
    return given


def _asked(title: str, *, secret: bool) -> str:
    if not sys.stdin.isatty():
        raise Failure(f"the {title} is missing; see `pforte connect CHANNEL -h`", CALLED_WRONGLY)
    ask = getpass.getpass if secret else input
    value = ask(f"{title}: ").strip()
    if not value:
        raise Failure(f"the {title} is missing", CALLED_WRONGLY)
    return value


def _kept(house: House, channel: str, account: str) -> dict[str, str]:
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


def _provider(house: House, channel: str, given: Mapping[str, str]) -> str:
    url = reached_at(channel_named(channel), house.messengers)
    return url.replace("{graph_host}", given.get("graph_host", ""))


def _callback(house: House, channel: str, account: str) -> str:
    return f"{house.url}/webhooks/{channel}/{account}"


def _variable(channel: str, name: str) -> str:
    return f"{channel}_{name}".upper()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _report(connected: Connected) -> Sequence[str]:
    told = [f"{connected.channel} is connected: {connected.name} ({connected.account})"]
    if connected.verify_token:
        told += [
            "",
            f"In Meta's app dashboard, {_WEBHOOK[connected.channel][0]}: enter these,",
            f"then subscribe to {_WEBHOOK[connected.channel][1]}.",
            f"  Callback URL  {connected.callback_url}",
            f"  Verify token  {connected.verify_token}",
        ]
    return told
