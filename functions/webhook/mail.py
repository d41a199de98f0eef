"""Take over what SES tells: mails that it stored in the bucket, and what became of ours.

SES puts each mail into the bucket and then tells of it, at least once. Whatever fails here comes
again, and last goes to the dead letters; the mail lies in the bucket all the while.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from channels import mail_ses
from channels.mail_files import reference_of
from channels.mail_read import Mail
from channels.mail_tag import conversation_of, tagged, untagged
from conversation.errors import Unavailable
from conversation.incoming import Incoming
from conversation.masking import masked_text
from conversation.message import Attachment
from webhook.receipts import take_receipt
from webhook.receive import House, hand_over

STORED = "raw/email/"
"""Where SES stores mails, named by its own ids: the receipt rule says so, too."""

_log = logging.getLogger(__name__)


def take(house: House, event: Mapping[str, Any]) -> None:
    """Take all that an event of SES tells of. Raises Unavailable: then it has to come again."""
    for item in mail_ses.notifications(event):
        if mail_ses.is_received(item):
            _take_mail(house, item)
        else:
            for incoming in mail_ses.events(item, ""):
                _take_report(house, incoming, mail_ses.own_id(item))


def _take_mail(house: House, item: Mapping[str, Any]) -> None:
    own = mail_ses.own_id(item)
    account, settings = _account(house, item)
    if settings is None:
        _log.warning("mail to an address that is not connected", extra={"mail": own})
        return
    key = STORED + own
    raw = house.archive.get(key)
    if raw is None:
        raise Unavailable("The mail is not in the bucket yet.")
    mail = mail_ses.content_of(item, raw)
    for found in mail_ses.received(item, mail, account):
        moment = mail_ses.believed_time(item, found.sent_at)
        incoming = found.model_copy(update={"sent_at": moment})
        if incoming.content is None or _is_our_own(house, incoming):
            _take_report(house, _doubted(incoming), own)
        else:
            if incoming.raw_kind:  # a program wrote it: it stands in the thread, unanswered
                incoming = incoming.model_copy(update={"kind": "other"})
            complete = _complete(house, incoming, settings, key, mail.recipients)
            hand_over(house, complete, mail.original if _is_cut(mail) else "")


def _account(house: House, item: Mapping[str, Any]) -> tuple[str, Mapping[str, str] | None]:
    """Return the first connected address that a mail was sent to, and its settings."""
    for recipient in mail_ses.recipients(item):
        account = untagged(recipient)
        settings = house.vault.account("email", account)
        if settings is not None:
            return account, settings
    return "", None


def _is_our_own(house: House, incoming: Incoming) -> bool:
    """Say whether an address of ours wrote: whoever answers it writes to themselves."""
    return ("email", incoming.user) in house.vault.accounts()


def _doubted(incoming: Incoming) -> Incoming:
    """Return a report that came as a mail, which anybody can write, without our reference.

    The reference could be guessed by who was given a tagged address; SES's id of a mail is known
    to who got that mail, and counts at its recipient's address alone.
    """
    if incoming.receipt is None:
        return incoming
    receipt = incoming.receipt.model_copy(update={"reference": ""})
    return incoming.model_copy(update={"receipt": receipt})


def _complete(
    house: House,
    incoming: Incoming,
    settings: Mapping[str, str],
    key: str,
    recipients: Sequence[str],
) -> Incoming:
    """Add what the mail itself does not tell.

    The address to answer to, where its files lie, and whether its own was another sender's.
    """
    content, thread = incoming.content, incoming.thread
    if content is None or thread is None:
        raise AssertionError("only what says something is handed over")
    conversation = house.identity.conversation(incoming.address)
    secret = house.vault.identity_key()
    tags = {conversation_of(recipient, secret) for recipient in recipients} - {""}
    thread = thread.model_copy(
        update={
            "subject": masked_text(thread.subject),
            "reply_to": tagged(incoming.account, conversation, secret),
            "sender": settings.get("sender_name", ""),
        }
    )
    files = tuple(_placed(part, key) for part in content.attachments)
    content = content.model_copy(update={"attachments": files})
    borrowed = bool(tags - {conversation})
    return incoming.model_copy(update={"content": content, "thread": thread, "borrowed": borrowed})


def _placed(part: Attachment, key: str) -> Attachment:
    """Return a file with the key of its mail and its own number in it."""
    return part.model_copy(update={"reference": reference_of(key, part.reference)})


def _is_cut(mail: Mail) -> bool:
    return bool(mail.text) and mail.text != mail.original


def _take_report(house: House, incoming: Incoming, own: str) -> None:
    """Take what is no message: what became of ours; the rest is kept as it came."""
    if incoming.kind == "status":
        take_receipt(house.table, house.inbound, house.identity, house.clock, incoming)
    elif incoming.kind == "block":
        hand_over(house, incoming)
    else:
        _log.info("no message", extra={"kind": incoming.raw_kind, "mail": own})
