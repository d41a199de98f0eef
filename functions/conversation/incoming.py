"""Say what a messenger told us: the common form of every channel's webhook events."""

from typing import Literal

from conversation.mail_thread import MailThread
from conversation.message import Content
from conversation.model import Model
from conversation.signed_in import SignedIn

IncomingKind = Literal[
    "message",
    "status",
    "reaction",
    "edit",
    "delete",
    "echo",
    "typing",
    "block",
    "referral",
    "other",
]

Control = Literal["", "ours", "theirs"]

DeliveryState = Literal["sent", "delivered", "read", "failed"]

RECEIPT_RANK: dict[DeliveryState, int] = {"sent": 1, "delivered": 2, "read": 3, "failed": 9}
"""A receipt moves a message's state forward only: a higher rank wins, whatever the time says."""


class Receipt(Model):
    """What the messenger says became of a message of ours.

    `reference` is our own reference where the messenger carries it (WhatsApp's
    `biz_opaque_callback_data`); `code` and `reason` come with a failure. `up_to` (ms): it became so
    of all that was sent up to then, for messengers that tell a moment instead of every message.
    """

    state: DeliveryState
    reference: str = ""
    code: str = ""
    reason: str = ""
    up_to: int | None = None


class Incoming(Model):
    """One thing that a messenger told us.

    `user` is the customer's id at the messenger (WhatsApp: number or BSUID; Telegram: chat id).
    `chat` is set where provider ids are unique only within a chat. `provider_id` is the
    messenger's id of the event itself, `revision` tells edits and reactions of one message apart.
    `target` is the provider's id of the message that an edit, deletion, reaction or status is
    about. `sent_at` in ms, None where the body has no time. `blocked`: for kind `block`, whether
    the customer blocked us (True) or allowed us again (False). `name` is the customer's profile
    name where it is told. `ref` is what the link carried by which the customer came in. `raw_kind`
    is the messenger's own word for the kind. `thread` is what an answer by mail must name.
    `unproven`: nobody vouches for it that this sender wrote it. `borrowed`: it came to an address
    that was given to another sender. `signed_in` is who the company
    itself says it is. `reference` is ours, where an echo
    carries it back. `control` says whose the conversation is where several apps share it: `theirs`
    also marks what was only overheard while it is another app's.
    """

    kind: IncomingKind
    channel: str
    account: str
    user: str
    provider_id: str
    revision: str = ""
    chat: str = ""
    sent_at: int | None = None
    content: Content | None = None
    target: str = ""
    emoji: str = ""
    receipt: Receipt | None = None
    blocked: bool = False
    name: str = ""
    ref: str = ""
    raw_kind: str = ""
    signed_in: SignedIn | None = None
    thread: MailThread | None = None
    unproven: bool = False
    borrowed: bool = False
    reference: str = ""
    control: Control = ""

    @property
    def address(self) -> str:
        """Return `channel:account:user`."""
        return f"{self.channel}:{self.account}:{self.user}"
