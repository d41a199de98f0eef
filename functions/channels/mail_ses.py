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
_PASSED: Final = "PASS"
_LONGEST_WAY: Final = 5 * 86_400_000
"""How long (ms) a mail may be under way: servers try for up to five days (RFC 5321, 4.5.4.1)."""


def events(root: Json, account: str) -> list[Incoming]:
    """Return the events of a notification or a batch of them, at least one."""
    found = [event for item in notifications(root) for event in _events(item, account)]
    return found or [other(account or NOBODY, derived_id(root), "")]


def notifications(root: object) -> list[Json]:
    """Return every notification in an envelope, of received mails and of sent ones."""
    return list(_items(mapping(root), 0))


def is_received(item: Json) -> bool:
    """Say whether a notification tells of a mail to us, not of one of ours."""
    return item.get("receipt") is not None


def own_id(item: Json) -> str:
    """Return SES's id of a mail, by which it stores a received one."""
    return text(mapping(item.get("mail")).get("messageId"))


def recipients(item: Json) -> list[str]:
    """Return to which addresses of ours a mail was sent, tags included."""
    listed = mapping(item.get("receipt")).get("recipients")
    listed = listed or mapping(item.get("mail")).get("destination")
    told = listed if isinstance(listed, list) else ()
    return [address for entry in told for address in addresses(text(entry))]


def content_of(item: Json, raw: bytes | None = None) -> Mail:
    """Return what a received mail says; `raw` is the mail where it was stored beside this.

    Without its content the subject stands for it.
    """
    mail, receipt = mapping(item.get("mail")), mapping(item.get("receipt"))
    return _content(raw or _enclosed(item, receipt), mail, receipt)


def received(item: Json, told: Mail, account: str) -> list[Incoming]:
    """Return the events of a received mail, judged by what SES found out about it."""
    receipt = mapping(item.get("receipt"))
    bad = _verdict(receipt)
    if bad:
        told = replace(told, automatic=bad)
    unproven = _status(receipt, "dmarcVerdict") != _PASSED
    found = incoming(told, account, recipients(item))
    return [event.model_copy(update={"unproven": unproven}) for event in found]


def believed_time(item: Json, claimed: int | None) -> int | None:
    """Return the time that a received mail claims, or SES's own where that cannot be."""
    taken = _moment(text(mapping(item.get("mail")).get("timestamp")))
    if claimed is None or taken is None:
        return taken if claimed is None else claimed
    return claimed if taken - _LONGEST_WAY < claimed <= taken else taken


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
    # What Lambda sets aside of a call that failed (its guide: "Destinations").
    yield from _items(mapping(root.get("requestPayload")), depth + 1)


def _inside(value: object, depth: int) -> Iterator[Json]:
    try:
        yield from _items(load(text(value).encode()), depth + 1)
    except Malformed:
        return  # a text that is no JSON holds no notification


def _events(item: Json, account: str) -> list[Incoming]:
    mail = mapping(item.get("mail"))
    if is_received(item):
        return received(item, content_of(item), account)
    kind = text(item.get("eventType")) or text(item.get("notificationType"))
    return _sent(kind, item, mail, account) or [other(account or NOBODY, derived_id(item), kind)]


def _enclosed(item: Json, receipt: Json) -> bytes:
    """Return the mail that a notification of SNS brings along, nothing where it does not."""
    raw = text(item.get("content")).encode()
    encoding = text(mapping(receipt.get("action")).get("encoding"))
    return from_base64(raw) if encoding.upper() == "BASE64" else raw


def _content(raw: bytes, mail: Json, receipt: Json) -> Mail:
    if raw:
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
    for user, code, action in _recipients(kind, detail, mail):
        receipt = None
        if kind in states and not _is_no_failure(kind, detail, action):
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
                kind="status" if kind in states else "block",
                blocked=kind not in states,
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


def _is_no_failure(kind: str, detail: Json, action: str) -> bool:
    """Say whether a bounce may only be an answer of an absence assistant, as SES takes some.

    It is then called transient, and no server says that delivery failed; general knowledge.
    """
    transient = text(detail.get("bounceType")).lower() == "transient"
    return kind == "Bounce" and transient and action != "failed"


def _recipients(kind: str, detail: Json, mail: Json) -> list[tuple[str, str, str]]:
    """Return recipients, each with the status code and the action that are told of it."""
    lists = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}
    entries = detail.get(lists.get(kind, "recipients")) or mail.get("destination")
    found = []
    for entry in entries if isinstance(entries, list) else ():
        named = text(mapping(entry).get("emailAddress")) or text(entry)
        code = text(mapping(entry).get("status"))[:20]
        action = text(mapping(entry).get("action")).lower()
        found += [(user, code, action) for user in addresses(named)]
    return found


def _moment(told: str) -> int | None:
    try:
        moment = datetime.fromisoformat(told)
        return milliseconds((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
