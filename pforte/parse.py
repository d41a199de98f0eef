"""Say what captured webhook bodies mean: `pforte parse CHANNEL FILE…`."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels import mail
from channels.base import Channel, WebhookRequest
from channels.loose import DERIVED
from channels.registry import CHANNELS
from conversation.errors import Malformed
from conversation.incoming import Incoming
from pforte.failure import CALLED_WRONGLY, FOUND_WRONG, Failure, one_of

_CHANNELS: dict[str, Channel] = {
    **{name: channel for name, channel in CHANNELS.items() if channel.abilities.pushed},
    mail.CHANNEL.name: mail.CHANNEL,
}
"""All whose bodies come from outside; mails come through no webhook."""

_SECRETS = ("app_secret", "secret_token")
"""What the secret that signs webhooks is called, messenger by messenger."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `parse`."""
    parser = subparsers.add_parser(
        "parse",
        help="say what captured webhook bodies mean",
        description="Print a line per event of each webhook body; with --secret, check it first.",
    )
    parser.add_argument("channel", metavar=one_of(_CHANNELS), choices=list(_CHANNELS))
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="a JSON object per line")
    parser.add_argument("--account", default="", help="our account, where the body names none")
    parser.add_argument("--secret", help="check the signature with this secret")
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        type=_header,
        metavar="'NAME: VALUE'",
        help="a header that came with the body; may be repeated",
    )
    parser.add_argument("--url", help="the URL that was called, for messengers that sign it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the events of every file; a file that is wrong does not hide the others."""
    status = 0
    for file in arguments.files:
        try:
            body = file.read_bytes()
        except OSError as error:
            raise Failure(f"{file}: {error.strerror}", CALLED_WRONGLY) from error
        try:
            for event in _events(body, arguments):
                line = _line(str(file), event)
                print(json.dumps(line) if arguments.json else _words(line, event))
        except Malformed as error:
            print(f"{file}: {error}", file=sys.stderr)
            status = FOUND_WRONG
    return status


def _events(body: bytes, arguments: argparse.Namespace) -> Iterator[Incoming]:
    channel = _CHANNELS[arguments.channel]
    headers = dict(arguments.header)
    if arguments.secret is not None:
        request = WebhookRequest("POST", arguments.account, headers, body)
        if not channel.verify(request, dict.fromkeys(_SECRETS, arguments.secret)):
            raise Malformed("The signature is missing or wrong.")
    yield from channel.parse(body, headers, arguments.account)


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"not a header (Name: value): {given!r}")
    return name.strip().lower(), value.strip()


def _line(file: str, event: Incoming) -> dict[str, Any]:
    content = event.content
    return {
        "file": file,
        "event": event.kind,
        "id": None if event.provider_id.startswith(DERIVED) else event.provider_id,
        "address": event.address if event.user else None,
        "sent_at": None if event.sent_at is None else _moment(event.sent_at),
        "text": content.text if content else event.emoji,
        "attachments": [part.model_dump(exclude_defaults=True) for part in content.attachments]
        if content
        else [],
    }


def _moment(milliseconds: int) -> str:
    """Return ISO 8601 in UTC, with milliseconds where there are some."""
    seconds, rest = divmod(milliseconds, 1000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=rest * 1000)
    return moment.isoformat(timespec="milliseconds" if rest else "seconds") + "Z"


def _words(line: dict[str, Any], event: Incoming) -> str:
    """Return a line for people; what could move the terminal's cursor is escaped."""
    parts = [f"{line[key] or '-'}" for key in ("file", "event", "id", "address", "sent_at")]
    parts.append(json.dumps(line["text"], ensure_ascii=False))
    parts += [f"[{part['kind']}]" for part in line["attachments"]]
    if event.content and event.content.unreadable:
        parts.append(f"({event.content.unreadable})")
    printable = (
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in "  ".join(parts)
    )
    return "".join(printable)
