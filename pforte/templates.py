"""Take the command `pforte templates`: compare the bot's templates with what Meta approved."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aws.vault import SsmVault
from channels.base import reached_at
from channels.registry import CHANNELS
from conversation.errors import Unavailable
from conversation.template import Template
from dialogue.source import ProjectError, entries, read_yaml
from pforte.connecting.connector import ask, bearer
from pforte.failure import CALLED_WRONGLY, Failure, one_of
from pforte.house.house import CHECKOUT, House, add_house, find_house
from pforte.messengers.whatsapp import BUSINESS_ID
from pforte.telling import tell

_PAGE = 100
_FIELDS = "name,language,status,category,components,quality_score"


@dataclass(frozen=True)
class Line:
    """A template and how it stands with Meta; `wrong` is what has to be done, "" for nothing.

    `status` is Meta's word, "" where Meta does not have it.
    """

    name: str
    language: str
    category: str
    status: str
    quality: str = ""
    wrong: str = ""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("templates", help="compare the bot's templates with Meta's")
    channels = parser.add_subparsers(dest="channel", metavar=one_of(["whatsapp"]), required=True)
    known = channels.add_parser(
        "whatsapp",
        help="those of a WhatsApp account",
        description="List what Meta has approved, paused or refused, and what the bot lacks there.",
    )
    known.add_argument("--bot", type=Path, default=CHECKOUT / "bot", metavar="DIR")
    known.add_argument("--business", metavar="ID", help="the WhatsApp Business account's id (WABA)")
    known.add_argument("--account", metavar="ID", help="the phone number id whose token is used")
    known.add_argument("--json", action="store_true")
    add_house(known)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print a line per template; 1 where one of the bot's cannot be sent. Raises Failure."""
    house = find_house(chosen)
    business = chosen.business or (BUSINESS_ID if house.messengers else "")
    if not business:
        raise Failure("--business is missing: the id in the WhatsApp Manager", CALLED_WRONGLY)
    lines = compared(templates_of(chosen.bot), list(_listed(house, business, chosen.account or "")))
    words = [_shown(line) for line in lines] or ["There are no templates."]
    tell([asdict(line) for line in lines], words, as_json=chosen.json)
    return 1 if any(line.wrong for line in lines) else 0


def templates_of(bot: Path) -> tuple[Template, ...]:
    """Return the templates of a bot's folder. Raises Failure."""
    try:
        fields = read_yaml(bot / "pforte.yml", "pforte.yml").mapping("pforte.yml")
        written = [entry.plain() for entry in entries(fields, "templates")]
        return tuple(Template.model_validate(one) for one in written)
    except (ProjectError, ValidationError) as error:
        raise Failure(f"{bot}/pforte.yml: {error}. See `pforte bot train`.") from error


def compared(ours: Sequence[Template], theirs: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Return how each template stands, ours first; pure."""
    known = {(str(one.get("name")), str(one.get("language"))): one for one in theirs}
    lines = [
        _line(template, known.pop((template.name, template.language), {})) for template in ours
    ]
    return [*lines, *(_foreign(one) for one in known.values())]


def _line(template: Template, theirs: Mapping[str, Any]) -> Line:
    status = str(theirs.get("status", ""))
    wrong = ""
    if not theirs:
        wrong = "Meta does not have it: create it in the WhatsApp Manager"
    elif status != "APPROVED":
        wrong = "it cannot be sent: see the WhatsApp Manager"
    elif different := _differences(template, theirs):
        wrong = f"Meta approved another {different}: make pforte.yml and the Manager the same"
    return Line(
        name=template.name,
        language=template.language,
        category=template.category,
        status=status,
        quality=_quality(theirs),
        wrong=wrong,
    )


def _differences(template: Template, theirs: Mapping[str, Any]) -> str:
    parts = {str(part.get("type", "")).upper(): part for part in theirs.get("components", ())}
    header = parts.get("HEADER", {})
    buttons = tuple(map(_title, parts.get("BUTTONS", {}).get("buttons", ())))
    media = str(header.get("format", "TEXT"))
    pairs = {
        "header": (template.header, header.get("text", "") if media == "TEXT" else media),
        "body": (template.body, parts.get("BODY", {}).get("text", "")),
        "footer": (template.footer, parts.get("FOOTER", {}).get("text", "")),
        "set of buttons": (template.buttons, buttons),
        "category": (template.category, str(theirs.get("category", "")).lower()),
    }
    return " and another ".join(name for name, (one, other) in pairs.items() if one != other)


def _title(button: Mapping[str, Any]) -> str:
    """Return a quick reply's title; of another kind of button, which is none of ours, its kind."""
    kind, title = str(button.get("type", "QUICK_REPLY")), str(button.get("text", ""))
    return title if kind == "QUICK_REPLY" else f"{kind} {title}"


def _foreign(theirs: Mapping[str, Any]) -> Line:
    return Line(
        name=str(theirs.get("name", "")),
        language=str(theirs.get("language", "")),
        category=str(theirs.get("category", "")).lower(),
        status=str(theirs.get("status", "")),
        quality=_quality(theirs),
    )


def _quality(theirs: Mapping[str, Any]) -> str:
    score = theirs.get("quality_score")
    return str(score.get("score", "")) if isinstance(score, dict) else ""


def _listed(house: House, business: str, account: str) -> Iterator[Mapping[str, Any]]:
    """Read all templates of a WhatsApp Business account, page by page. Raises Failure."""
    token = _token(house, account)
    base = reached_at(CHANNELS["whatsapp"], house.messengers)
    url = f"{base}/{business}/message_templates"
    headers = bearer({"access_token": token})
    query = {"fields": _FIELDS, "limit": str(_PAGE)}
    while True:
        page = ask("GET", url, "Meta", token, params=query, headers=headers)
        yield from page.get("data", ())
        paging = page.get("paging", {})
        if "next" not in paging:
            return
        query = {**query, "after": paging["cursors"]["after"]}


def _token(house: House, account: str) -> str:
    """Return the token of the account that is meant, the first where none is named."""
    vault = SsmVault(house.client("ssm"), house.outputs["ParameterPrefix"], lambda: 0)
    try:
        numbers = [known for channel, known in vault.accounts() if channel == "whatsapp"]
    except Unavailable as error:
        raise Failure(f"AWS does not tell the secrets: {error}") from error
    if account and account not in numbers:
        raise Failure(f"no WhatsApp account {account} is connected", CALLED_WRONGLY)
    if not numbers:
        raise Failure("WhatsApp is not connected: `pforte connect whatsapp`", CALLED_WRONGLY)
    secrets = vault.account("whatsapp", account or numbers[0]) or {}
    return secrets.get("access_token", "")


def _shown(line: Line) -> str:
    status = " ".join(filter(None, (line.status or "MISSING", line.quality)))
    words = f"{line.name} {line.language}  {line.category}  {status}"
    return f"{words}\n  {line.wrong}" if line.wrong else words
