"""Read delivery reports: DSNs (RFC 3464), read receipts (RFC 8098), bounces without a form.

A report is no message: it tells what became of one of ours.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from channels import reasons
from channels.mail_headers import OWN, addresses, message_id, sent_id
from channels.mail_mime import Headers, Part, read_headers
from channels.mail_text import unwrapped
from conversation.incoming import DeliveryState, Receipt

_BYTES: Final = 64_000
_RECIPIENTS: Final = 50

_STATES: Final[dict[str, DeliveryState]] = {
    "failed": "failed",
    "delivered": "delivered",
    "relayed": "sent",
    "expanded": "sent",
}
"""A report of a delay has no state: the mail is still on its way."""

_REASONS: Final = (
    ("5.2.3", reasons.TOO_LONG),
    ("5.3.4", reasons.TOO_LONG),
    ("5.6", reasons.BAD_REQUEST),
    ("5.7", reasons.ACCOUNT_RESTRICTED),
    ("4.", reasons.PROVIDER_ERROR),
)
"""By the beginning of an enhanced status code (RFC 3463); all others: not reachable."""


class Report(NamedTuple):
    """What became of our mail at one recipient; `target`: its id, "" where it is not told."""

    user: str
    target: str
    raw_kind: str
    receipt: Receipt | None


def reason_of(code: str) -> str:
    """Return our word for an enhanced status code such as "5.1.1"."""
    return next((word for begin, word in _REASONS if code.startswith(begin)), reasons.NOT_REACHABLE)


def reports(mail: Part) -> list[Report]:
    """Return what a mail reports about ours, nothing where it is no report."""
    if mail.kind != "multipart/report":
        return [
            Report(user, "", "failed", Receipt(state="failed", reason=reasons.NOT_REACHABLE))
            for user in addresses(mail.headers.get("x-failed-recipients"))
        ]
    parts = list(mail.walk())
    returned = _returned(parts)
    target, reference = sent_id(message_id(returned)), returned.get(OWN)[:200]
    found = []
    for block in _blocks(parts, "message/delivery-status"):
        user = next(iter(addresses(_last_word(block.get("final-recipient")))), "")
        action = block.get("action").partition("(")[0].strip().lower()
        if action:
            code = block.get("status").partition(" ")[0][:20]
            receipt = _receipt(_STATES.get(action), reference, code)
            found.append(Report(user, target, action[:20], receipt))
    for block in _blocks(parts, "message/disposition-notification"):
        user = next(iter(addresses(_last_word(block.get("final-recipient")))), "")
        target = sent_id("".join(block.get("original-message-id").split())) or target
        shown = block.get("disposition").lower().endswith("displayed")
        receipt = _receipt("read" if shown else None, reference, "")
        found.append(Report(user, target, "displayed" if shown else "disposition", receipt))
    return found


def _receipt(state: DeliveryState | None, reference: str, code: str) -> Receipt | None:
    if state is None:
        return None
    failed = state == "failed"
    return Receipt(
        state=state,
        reference=reference,
        code=code if failed else "",
        reason=reason_of(code) if failed else "",
    )


def _blocks(parts: list[Part], kind: str) -> Iterator[Headers]:
    for part in parts:
        if part.kind == kind:
            raw = unwrapped(
                part.raw[part.start : min(part.end, part.start + _BYTES)], part.encoding
            )
            for block in re.split(rb"\n[ \t]*\n", raw)[:_RECIPIENTS]:
                yield read_headers(block)


def _returned(parts: list[Part]) -> Headers:
    """Return the header of our mail, which most reports bring back."""
    for part in parts:
        if part.kind in {"message/rfc822", "text/rfc822-headers", "message/global-headers"}:
            return read_headers(part.raw[part.start : min(part.end, part.start + _BYTES)])
    return Headers(())


def _last_word(value: str) -> str:
    """Return a recipient without its type (`rfc822; erika@example.com`)."""
    return value.rpartition(";")[2]
