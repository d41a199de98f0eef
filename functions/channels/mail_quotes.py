"""Cut from a mail's text what its writer did not write now: quoted mails and signatures.

Only what is certain is cut: greetings, and what stands under them, may hold a customer number.
"""

import re
from typing import Final

_ATTRIBUTION: Final = (
    ("Am ", ("schrieb", "geschrieben")),
    ("On ", ("wrote",)),
    ("Le ", ("a écrit",)),
)
"""How the line above a quoted mail begins, and the words that it has."""
_WHEN_OR_WHO: Final = re.compile(r"\d{1,2}[:.]\d{2}|@")
_OWN_MENTION: Final = ("schrieb ich", "I wrote")
_ATTRIBUTION_LINES: Final = 3
_ATTRIBUTION_LENGTH: Final = 400

_SEPARATOR: Final = re.compile(
    r"[-_ ]{2,20}(Original(-| )?(Message|Nachricht)|Ursprüngliche (Nachricht|E-?Mail))[-_ ]{2,20}",
    re.IGNORECASE,
)
_FORWARDED: Final = re.compile(
    r"[-_ >]{0,20}(Weitergeleitete (Nachricht|E-?Mail)|Forwarded message"
    r"|Anfang der weitergeleiteten (Nachricht|E-?Mail)|Begin forwarded message)\b",
    re.IGNORECASE,
)
_FORWARD_SUBJECT: Final = re.compile(r"\s*(Fwd?|WG|Wtr|TR)\s*:", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"\*?(Von|From|Gesendet|Sent|Datum|Date|An|To|Cc|Betreff|Subject)\s?:\*?", re.IGNORECASE
)
_SENDER: Final = {"von", "from"}
_SUBJECT: Final = {"betreff", "subject"}
_DEVICE: Final = re.compile(
    r"(Von meinem .{1,60} gesendet|Gesendet von meinem .{1,60}"
    r"|Gesendet mit .{1,50}(App|Mail|für Windows.{0,20})"
    r"|Diese Nachricht wurde von mein.{1,60} gesendet|Sent from (my|Outlook|Mail) ?.{0,60}"
    r"|Sent with .{1,60} (secure email|Mail)|Get Outlook for .{1,40}"
    r"|(Hole dir )?Outlook für .{1,60}|Holen Sie sich Outlook für .{1,60})\.?",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Say whether a subject tells that the mail brings another one: then it is all to be read."""
    return bool(_FORWARD_SUBJECT.match(subject))


def own_words(text: str) -> str:
    """Return a reply without the mails that it quotes and without its signature.

    Answers between quoted lines stay, the quoted lines go. Where nothing would be left, and
    where a mail is forwarded in it, the text stays as it is.
    """
    lines = text.split("\n")
    if any(_FORWARDED.match(line) for line in lines):
        return text.strip()
    kept = _without_signature(_without_quotes(lines))
    return "\n".join(kept).strip() or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        if _SEPARATOR.fullmatch(line) or _is_header_block(lines, index):
            break
        length = _attribution(lines, index)
        if length:
            index += length
            if not any(other.lstrip().startswith(">") for other in lines[index : index + 3]):
                break
        elif line.startswith(">"):
            index += 1
        else:
            kept.append(lines[index])
            index += 1
    while kept and not kept[-1].strip("_- \t"):
        kept.pop()
    return kept


def _attribution(lines: list[str], index: int) -> int:
    """Return how many lines say who wrote the quoted mail, 0 where they don't say it."""
    line = lines[index].strip().lstrip("> ")
    words = next((words for begin, words in _ATTRIBUTION if line.startswith(begin)), ())
    joined = ""
    for length, other in enumerate(lines[index : index + _ATTRIBUTION_LINES] if words else (), 1):
        joined = f"{joined} {other.strip()}"
        if not other.strip() or len(joined) > _ATTRIBUTION_LENGTH:
            return 0
        if joined.endswith(":") and any(word in joined for word in words):
            own = any(mention in joined for mention in _OWN_MENTION)
            return length if _WHEN_OR_WHO.search(joined) and not own else 0
    return 0


def _is_header_block(lines: list[str], index: int) -> bool:
    """Say whether here begin the header lines that Outlook and GMX put above a quoted mail."""
    names: list[str] = []
    for line in lines[index : index + 12]:
        field = _FIELD.match(line.strip())
        if field:
            names.append(field[1].lower())
        elif line.strip() or not names:
            break
    return len(names) >= 3 and not _SENDER.isdisjoint(names) and not _SUBJECT.isdisjoint(names)


def _without_signature(lines: list[str]) -> list[str]:
    """Cut below the line "-- " (RFC 3676, 4.3), and what a device or mail program adds."""
    end = next(
        (index for index, line in enumerate(lines) if line.rstrip() == "--" and index), len(lines)
    )
    kept = lines[:end]
    while kept and (not kept[-1].strip() or _DEVICE.fullmatch(kept[-1].strip())):
        kept.pop()
    return kept
