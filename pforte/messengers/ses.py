"""Play Amazon SES: takes the house's mails, stores customers' in the bucket, and tells of both.

What is told, and how, follows the SES developer guide: "Contents of notifications for Amazon SES
email receiving" and "Examples of event data that Amazon SES publishes to Amazon SNS".
"""

import base64
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Protocol

from pforte.messengers.accounts import MailAccount
from pforte.messengers.faults import ChannelName, Fault
from pforte.messengers.files import File, Files
from pforte.messengers.mailbox import Answered, Letter, plain, read, written
from pforte.messengers.provider import Provider, Shared
from pforte.messengers.said import Said
from pforte.messengers.store import Entry, Webhook
from pforte.messengers.web import BadRequest, Request, Response, Route, json_response
from pforte.messengers.webhooks import Target

DOMAIN = "eu-central-1.amazonses.com"
"""Behind the "@" of the Message-IDs that SES gives."""

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[a-z]+")
_VERDICTS = ("spam", "virus", "spf", "dkim", "dmarc")
_FIRST_SUBJECT = "Frage"
_ERRORS = {
    400: "MessageRejected",
    403: "AccessDeniedException",
    404: "NotFoundException",
    413: "RequestEntityTooLargeException",
    429: "TooManyRequestsException",
}


class Drop(Protocol):
    """Where SES reaches the house: its bucket and its function."""

    def store(self, own: str, raw: bytes) -> None:
        """Put a mail into the bucket under SES's own id."""

    def tell(self, event: Mapping[str, Any]) -> None:
        """Call the function, not waiting for what it makes of it."""


class Ses(Provider):
    """One domain's mails, and all who write to it."""

    channel: ChannelName = "email"
    account: MailAccount

    def __init__(self, account: MailAccount, drop: Drop | None, shared: Shared) -> None:
        super().__init__(shared)
        self.account = account
        self._drop = drop

    def routes(self) -> list[Route]:
        """Return the part of SES's API (v2) that is played here."""
        return [("POST", "/email/v2/email/outbound-emails", self._take)]

    def target(self, base: str) -> Target:  # noqa: ARG002  SES knows no webhooks
        """Return how the house is told: by its bucket and its function."""
        return Target("", lambda _: {}, self._call_function)

    def _call_function(self, body: bytes) -> None:
        """Do what SES does for one mail that came, or one report."""
        if self._drop is None:
            raise OSError("no house takes mails here")
        told = json.loads(body)
        if "raw" in told:
            self._drop.store(told["own"], base64.b64decode(told["raw"]))
        self._drop.tell(told["event"])

    # what the house sends

    def _take(self, request: Request) -> Response:
        asked = request.json()
        raw = base64.b64decode(asked["Content"]["Raw"]["Data"])
        [user] = asked["Destination"]["ToAddresses"]
        fault = self.faults.take(self.channel, user) or Fault()
        if fault.body is not None and fault.status is not None:
            return Response(fault.status, fault.body.encode(), {"Content-Type": "text/html"})
        if fault.status is not None:
            return _refused(fault.status, "told to fail", fault.retry_after)
        if asked["FromEmailAddress"] != self.account.account:
            return _refused(400, "Email address is not verified.")
        if not _ADDRESS.fullmatch(user):
            return _refused(400, "Illegal address", error="BadRequestException")
        try:
            mail = read(raw)
        except ValueError as error:
            return _refused(400, str(error))
        own = f"0107{secrets.token_hex(6)}-{secrets.token_hex(4)}-000000"
        bounced = fault.blocked or fault.later
        entry = self._keep(mail, user, own, bounced=bounced)
        self._report(entry, asked, "Bounce" if bounced else "Delivery", mail)
        if fault.timeout_after_accept:
            return Response(0, b"", silent_for=fault.hold)
        return json_response({"MessageId": own})

    def _keep(self, mail: EmailMessage, user: str, own: str, *, bounced: bool) -> Entry:
        about = re.search(r"<([^<>]*)>", str(mail.get("In-Reply-To", "")))
        answered = Answered(
            message_id=f"<{own}@{DOMAIN}>",
            references=" ".join(str(mail.get("References", "")).split()),
            subject=str(mail.get("Subject", "")),
            reply_to=str(mail.get("Reply-To", "")) or self.account.account,
            sender=str(mail["From"]),
            at=self.clock(),
            text=plain(mail),
        )
        header = {name.lower(): " ".join(str(value).split()) for name, value in mail.items()}
        hung = [_hung(self.store.files, part) for part in mail.iter_attachments()]
        shown: dict[str, Any] = {}
        if hung:
            shown = {"kind": hung[0].kind, "file": hung[0].id, "filename": hung[0].name}
        return self.store.add(
            Entry(
                **shown,
                channel=self.channel,
                user=user,
                side="house",
                provider_id=own,
                at=answered.at,
                text=answered.text,
                about=f"<{about[1]}>" if about else "",
                payload=json.dumps({"answered": vars(answered), "header": header}),
                state="failed" if bounced else "delivered",
                code="5.1.1" if bounced else "",
                reference=header.get("x-pforte-message", ""),
            )
        )

    def _report(
        self, entry: Entry, asked: Mapping[str, Any], kind: str, mail: EmailMessage
    ) -> None:
        """Tell through SNS what became of a mail, where the house named a set that reports it."""
        if "ConfigurationSetName" not in asked:
            return
        moment = _moment(entry.at)
        detail: dict[str, Any] = {"timestamp": moment, "recipients": [entry.user]}
        if kind == "Bounce":
            bounced = {"emailAddress": entry.user, "action": "failed", "status": entry.code}
            detail = {
                "timestamp": moment,
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [bounced],
            }
        message = {
            "eventType": kind,
            kind.lower(): detail,
            "mail": {
                "timestamp": moment,
                "source": self.account.account,
                "messageId": entry.provider_id,
                "destination": [entry.user],
                "headersTruncated": False,
                "headers": _headers(mail),
            },
        }
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "Sns": {"Type": "Notification", "Message": json.dumps(message)},
        }
        self._post(entry, {"event": {"Records": [record]}}, "status")

    # what the customer writes

    def write(self, said: Said) -> Entry:
        """Let a customer write a mail, which answers the newest of the house's.

        `raw` may hold header `fields`, a `text` and SES's `verdicts`.
        """
        if not _ADDRESS.fullmatch(said.user):
            raise BadRequest("who writes a mail has an address, like erika@example.org")
        more = said.raw or {}
        text = said.text or (said.media.caption if said.media else "") or more.get("text")
        if text is None or (said.act not in {"text", "photo", "file", "raw"}):
            raise BadRequest(f"a mail knows no {said.act}: write a text, send a photo or a file")
        shown: dict[str, Any] = {"kind": "text", "text": text}
        file = None
        if said.media is not None:
            file, shown = self._sent(said)
        called = said.name or said.user.partition("@")[0].replace(".", " ").title()
        name = self.store.customer(self.channel, said.user, called)
        number = self.store.next("email")
        at = self.clock() if said.sent_at is None else said.sent_at
        letter = Letter(
            sender=said.user,
            name=name,
            to=self.account.account,
            subject=_FIRST_SUBJECT,
            text=text,
            at=at,
            message_id=f"<mail-{number}-{secrets.token_hex(4)}@{said.user.partition('@')[2]}>",
            answers=self._answered(said),
            file=file,
            fields=more.get("fields"),
        )
        raw = written(letter)
        mail = message_from_bytes(raw, policy=default)
        own = secrets.token_hex(20)
        entry = self.store.add(
            Entry(
                channel=self.channel,
                user=said.user,
                side="customer",
                provider_id=str(mail["Message-ID"]),
                at=at,
                state="sent",
                **shown,
            )
        )
        event = self._received(own, mail, said.user, more.get("verdicts", {}))
        told = {"own": own, "raw": base64.b64encode(raw).decode(), "event": event}
        self._post(entry, told, "message")
        return entry

    def _answered(self, said: Said) -> Answered | None:
        """Return the house's mail that is answered: the named one, else the newest."""
        if said.reply_to:
            found = self._earlier(said, said.reply_to)
        else:
            mine = [e for e in self.store.entries(self.channel, said.user) if e.side == "house"]
            if not mine:
                return None
            found = mine[-1]
        return Answered(**json.loads(found.payload)["answered"])

    def _received(
        self, own: str, mail: Any, user: str, verdicts: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return what SES calls the function with: header and verdicts, no body."""
        moment = _moment(self.clock())
        common = {
            "returnPath": user,
            "from": [str(mail["From"])],
            "date": str(mail["Date"]),
            "to": [str(mail["To"])],
            "messageId": str(mail["Message-ID"]),
            "subject": str(mail["Subject"]),
        }
        judged = {f"{name}Verdict": {"status": verdicts.get(name, "PASS")} for name in _VERDICTS}
        told = {
            "mail": {
                "timestamp": moment,
                "source": user,
                "messageId": own,
                "destination": [str(mail["To"])],
                "headersTruncated": False,
                "headers": _headers(mail),
                "commonHeaders": common,
            },
            "receipt": {
                "timestamp": moment,
                "processingTimeMillis": 500,
                "recipients": [str(mail["To"])],
                **judged,
                "action": {"type": "Lambda", "functionArn": "", "invocationType": "Event"},
            },
        }
        return {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": told}]}

    def _post(self, entry: Entry, told: Mapping[str, Any], kind: Any) -> None:
        body = json.dumps(told, separators=(",", ":")).encode()
        self.webhooks.post(Webhook(self.channel, entry.user, kind, entry.provider_id, body))


def _hung(files: Files, part: EmailMessage) -> File:
    content = part.get_payload(decode=True)
    body = content if isinstance(content, bytes) else b""
    return files.put(body, part.get_content_type(), part.get_filename() or "")


def _headers(mail: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in mail.items()]


def _moment(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refused(status: int, words: str, retry_after: int | None = None, error: str = "") -> Response:
    """Return an error as AWS's JSON APIs do: its type in a header."""
    kind = error or _ERRORS.get(status, "InternalFailure" if status >= 500 else _ERRORS[400])
    headers = {"x-amzn-ErrorType": kind}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return json_response({"message": words}, status, headers)
