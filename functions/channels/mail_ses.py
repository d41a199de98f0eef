"""Read what SES says of mails: received ones, and what became of sent ones.

Source: the SES developer guide, "Contents of notifications for Amazon SES email receiving" and
"Amazon SNS notification contents for Amazon SES". A notification comes bare, in a record of a
Lambda event (`ses`), or as a string: in SNS's `Message`, which may itself lie in an SQS `body`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from channels import reasons
from channels.loose import NOBODY, Json, derived_id, load, mapping, mappings, milliseconds, text
from channels.mail_bounce import reason_of
from channels.mail_headers import OWN, addresses, message_id
from channels.mail_mime import Headers
from channels.mail_parse import incoming, other
from channels.mail_read import Mail, mail_of, read
from channels.mail_tag import untagged
from channels.mail_text import from_base64
from conversation.errors import Malformed
from conversation.incoming import DeliveryState, Incoming, Receipt
from conversation.message import Attachment

_NESTING: Final = 4
_FAILED: Final = "FAIL"


def events(root: Json, account: str) -> list[Incoming]:
    """Return the events of a notification or a batch of them, at least one."""
    found = [event for item in _items(root, 0) for event in _events(item, account)]
    return found or [other(account or NOBODY, derived_id(root), "")]


def _items(root: Json, depth: int) -> Iterator[Json]:
    """Give every notification in an envelope; what is none is left out."""
    if depth > _NESTING:
        return
    if "mail" in root:
        yield root
    for record in mappings(root.get("Records")):
        yield from _items(mapping(record.get("ses")), depth + 1)
        yield from _items(mapping(record.get("Sns")), depth + 1)
        yield from _inside(record.get("body"), depth)
    yield from _inside(root.get("Message"), depth)


def _inside(value: object, depth: int) -> Iterator[Json]:
    try:
        yield from _items(load(text(value).encode()), depth + 1)
    except Malformed:
        return  # a text that is no JSON holds no notification


def _events(item: Json, account: str) -> list[Incoming]:
    mail = mapping(item.get("mail"))
    if item.get("receipt") is not None:
        return _received(item, mail, mapping(item.get("receipt")), account)
    kind = text(item.get("eventType")) or text(item.get("notificationType"))
    return _sent(kind, item, mail, account) or [other(account or NOBODY, derived_id(item), kind)]


def _received(item: Json, mail: Json, receipt: Json, account: str) -> list[Incoming]:
    """Return the events of a received mail; without its content the subject stands for it."""
    told = _content(item, mail, receipt)
    destination = mail.get("destination")
    listed = receipt.get("recipients") or destination
    envelope = [
        address
        for entry in (listed if isinstance(listed, list) else ())
        for address in addresses(text(entry))
    ]
    bad = _verdict(receipt)
    if bad:
        told = replace(told, automatic=bad)
    return incoming(told, account, envelope)


def _content(item: Json, mail: Json, receipt: Json) -> Mail:
    content = text(item.get("content"))
    if content:
        action = mapping(receipt.get("action"))
        raw = content.encode()
        raw = from_base64(raw) if text(action.get("encoding")).upper() == "BASE64" else raw
        try:
            return read(raw)
        except Malformed:
            pass  # then the header fields beside it tell what they can
    return _without_content(mail, receipt)


def _without_content(mail: Json, receipt: Json) -> Mail:
    common = mapping(mail.get("commonHeaders"))
    lists = {name: common.get(name) for name in ("from", "to", "cc")}
    fields = [
        (text(field.get("name")).lower(), " ".join(text(field.get("value")).split()))
        for field in mappings(mail.get("headers"))
    ]
    # `headers` may be cut off, so what is prepared beside them stands behind as a second source.
    fields += [
        (name, ", ".join(map(text, value)))
        for name, value in lists.items()
        if isinstance(value, list)
    ]
    fields += [
        ("message-id", text(common.get("messageId"))),
        ("date", text(common.get("date"))),
        ("subject", text(common.get("subject"))),
    ]
    own = text(mail.get("messageId"))
    key = text(mapping(receipt.get("action")).get("objectKey")) or own
    raw_mail = Attachment(kind="document", reference=key, mime_type="message/rfc822")
    headers = Headers(fields)
    message = message_id(headers) or own or derived_id(mail)
    return mail_of(headers, message, "", (raw_mail,) if key else ())


def _verdict(receipt: Json) -> str:
    """Return why a mail is nobody's message: it is bad, or its sender's domain disowns it."""
    for name, word in (("virusVerdict", "virus"), ("spamVerdict", "spam")):
        if _status(receipt, name) == _FAILED:
            return word
    disowned = text(receipt.get("dmarcPolicy")).lower() == "reject"
    return "forged" if disowned and _status(receipt, "dmarcVerdict") == _FAILED else ""


def _status(receipt: Json, name: str) -> str:
    return text(mapping(receipt.get(name)).get("status")).upper()


def _sent(kind: str, item: Json, mail: Json, account: str) -> list[Incoming]:
    """Return what became of a mail of ours, an event for each recipient."""
    detail = mapping(item.get(kind.lower()))
    states: dict[str, DeliveryState] = {
        "Bounce": "failed",
        "Reject": "failed",
        "Delivery": "delivered",
        "Send": "sent",
    }
    if kind not in {*states, "Complaint"}:
        return []
    own = text(mail.get("messageId"))
    source = next(iter(addresses(text(mail.get("source")))), "")
    reference = next(
        (
            text(field.get("value"))[:200]
            for field in mappings(mail.get("headers"))
            if text(field.get("name")).lower() == OWN
        ),
        "",
    )
    moment = text(detail.get("timestamp")) or text(mail.get("timestamp"))
    found = []
    for user, code in _recipients(kind, detail, mail):
        receipt = None
        if kind in states:
            failed = states[kind] == "failed"
            reason = reasons.BAD_REQUEST if kind == "Reject" else reason_of(code)
            receipt = Receipt(
                state=states[kind],
                reference=reference,
                code=code,
                reason=reason if failed else "",
            )
        found.append(
            Incoming(
                # Who calls our mail spam must get no more of it.
                kind="status" if receipt else "block",
                blocked=receipt is None,
                channel="email",
                account=account or untagged(source) or NOBODY,
                user=user,
                provider_id=own or derived_id(mail),
                revision=f"{kind.lower()}:{user}",
                sent_at=_moment(moment),
                target=own,
                receipt=receipt,
                raw_kind=kind,
            )
        )
    return found


def _recipients(kind: str, detail: Json, mail: Json) -> list[tuple[str, str]]:
    """Return recipients with the status code told for each."""
    lists = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}
    entries = detail.get(lists.get(kind, "recipients")) or mail.get("destination")
    found = []
    for entry in entries if isinstance(entries, list) else ():
        named = text(mapping(entry).get("emailAddress")) or text(entry)
        code = text(mapping(entry).get("status"))[:20]
        found += [(user, code) for user in addresses(named)]
    return found


def _moment(told: str) -> int | None:
    try:
        moment = datetime.fromisoformat(told)
        return milliseconds((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
