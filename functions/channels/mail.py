"""Speak e-mail: one address of ours is one account, mails come and go through Amazon SES.

SES hands a mail over in a bucket and tells of it in an event: there is no webhook to call.
"""

import re
from collections.abc import Mapping
from typing import Final

from channels import reasons
from channels.base import (
    Abilities,
    Call,
    Channel,
    Outcome,
    ProviderResponse,
    Refused,
    RetryAfter,
    Secrets,
    Sent,
    WebhookRequest,
)
from channels.files import Enclosed, Lost
from channels.loose import load, text
from channels.mail_files import located
from channels.mail_render import render
from conversation.errors import Malformed
from conversation.incoming import Incoming
from conversation.media import EXTENSIONS
from conversation.message import Message

_SERVER_TROUBLE = RetryAfter(5, account=False)

_REASONS: Final = {
    "AccountSuspendedException": reasons.ACCOUNT_RESTRICTED,
    "SendingPausedException": reasons.ACCOUNT_RESTRICTED,
    "MailFromDomainNotVerifiedException": reasons.ACCOUNT_RESTRICTED,
    "NotFoundException": reasons.ACCOUNT_RESTRICTED,
    "AccessDeniedException": reasons.TOKEN_INVALID,
    "UnrecognizedClientException": reasons.TOKEN_INVALID,
    "ExpiredTokenException": reasons.TOKEN_INVALID,
    "InvalidSignatureException": reasons.TOKEN_INVALID,
    "RequestEntityTooLargeException": reasons.TOO_LONG,
}
"""Errors of SendEmail (SES API v2, 2019-09-27) and of AWS's signatures."""

_FILE: Final = 7_000_000
"""Bytes of a file that most servers take: Exchange Online and others stop at some 10 MB a mail,
which is general knowledge."""

_NO_ADDRESS: Final = re.compile(
    r"illegal address|missing final|(domain|local address|user name) (contains|starts|ends|is)"
    r"|address length",
    re.IGNORECASE,
)

_THROTTLED: Final = frozenset(
    ("TooManyRequestsException", "ThrottlingException", "LimitExceededException")
)


class Mail(Channel):
    """E-mail through Amazon SES."""

    name = "email"
    title = "E-Mail"
    # SES takes 40 MB, base64 included, many a mail server 10; nobody reads a longer text.
    abilities = Abilities(
        text_limit=50_000,
        buttons=0,
        button_title=0,
        own_reference=True,
        receipts=True,
        webhook=False,
        files=dict.fromkeys(EXTENSIONS, _FILE),
        joins="everything",
    )

    def verify(self, request: WebhookRequest, secrets: Secrets) -> bool:
        """Return False: mails come from SES through IAM, never through a webhook."""
        return False

    def parse(self, body: bytes, headers: Mapping[str, str], account: str) -> list[Incoming]:
        """Return the events of a raw mail, or of an event of SES, told apart by content.

        `account` is the connected address that received it; without one, what the mail names.
        Raises Malformed.
        """
        # Imported here: every function knows this channel, and one alone reads mails.
        from channels import mail_ses
        from channels.mail_parse import incoming
        from channels.mail_read import read

        if body[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return mail_ses.events(load(body.removeprefix(b"\xef\xbb\xbf")), account)
        return incoming(read(body), account)

    def render(self, message: Message, account: str, user: str) -> list[Call]:
        """Return the call that sends a message as one mail."""
        return render(message, account, user)

    def locate(self, reference: str) -> Enclosed | Lost:
        """Return in which mail of the bucket a file lies."""
        return located(reference)

    def outcome(self, response: ProviderResponse) -> Outcome:
        """Say what SES's answer means: by the error's type, which stands in a header."""
        try:
            body = load(response.body)
        except Malformed:
            body = {}
        if response.status < 300:
            return Sent(text(body.get("MessageId")))
        told = response.headers.get("x-amzn-errortype") or text(body.get("__type"))
        error = told.partition(":")[0].rpartition("#")[2]
        if response.status == 429 or error in _THROTTLED:
            return RetryAfter(_seconds(response))
        if response.status >= 500:
            return _SERVER_TROUBLE
        if error in {"MessageRejected", "BadRequestException"}:
            return Refused(_rejection(text(body.get("message"))), error)
        by_status = {401: reasons.TOKEN_INVALID, 403: reasons.TOKEN_INVALID, 413: reasons.TOO_LONG}
        reason = _REASONS.get(error) or by_status.get(response.status, reasons.BAD_REQUEST)
        return Refused(reason, error or str(response.status))


CHANNEL: Final = Mail()


def _seconds(response: ProviderResponse) -> float:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() and len(told) < 6 and int(told) else 2.0


def _rejection(words: str) -> str:
    """Return our word for what SES refuses without another name for it than its words.

    An address that is not verified is ours, or anybody's while SES has the account in its sandbox.
    How SES speaks of a customer's address that cannot be one is general knowledge.
    """
    if "not verified" in words:
        return reasons.ACCOUNT_RESTRICTED
    return reasons.NOT_REACHABLE if _NO_ADDRESS.search(words) else reasons.BAD_REQUEST
