"""Say what a message is: content, author, and what became of it."""

from typing import Literal

from conversation.mail_thread import MailThread
from conversation.model import Model
from conversation.template import FilledTemplate

Author = Literal["customer", "bot", "agent", "system"]
"""`bot` = an answer, withdrawn by a claim; `system` = the house's own words, never withdrawn."""

AttachmentKind = Literal[
    "image", "video", "audio", "voice", "document", "sticker", "location", "contact"
]


class Button(Model):
    """An option that the customer can tap: `payload` comes back, `title` is shown."""

    title: str
    payload: str


class Attachment(Model):
    """A file, or a location or contact as text.

    `reference` is the provider's media id, or empty where the content is in `text`.
    `size` is in bytes, where the messenger tells it. `place` names the file as the house keeps it
    (see `conversation.media`), "" where it was never to be kept.
    """

    kind: AttachmentKind
    reference: str = ""
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
    text: str = ""
    place: str = ""


class Content(Model):
    """What a message says.

    `payload` is the token of the button or list row that the customer tapped (`text` then holds
    its title). `unreadable` names the kind of a message that we cannot read ("poll", "order").
    `reply_to` is the provider's id of the message replied to. `archive` is the object key of the
    whole text where it was too long for the table; `text` then holds its beginning.
    `menu` asks for a list instead of buttons and names its opener. `album` is the messenger's id
    of the group of media that this is one of. `subject` is a mail's.
    `template`: this is sent as a template of the messenger's, `text` being what the customer reads.
    """

    text: str = ""
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    payload: str | None = None
    unreadable: str = ""
    reply_to: str = ""
    archive: str = ""
    menu: str = ""
    album: str = ""
    subject: str = ""
    template: FilledTemplate | None = None


ChangeKind = Literal["edit", "delete", "reaction"]


class Change(Model):
    """What happened later to a message: `target` is the provider's id of that message."""

    kind: ChangeKind
    target: str
    emoji: str = ""


class Message(Model):
    """One entry of the thread.

    `id` is `<conversation>.<sequence>.<n>` and unique. `address` is where it came from or goes to;
    None for words that only agents see. `sent_at` in ms. `agent` names the person who wrote it.
    `provider_id` is the messenger's id of a customer's message; ids of what we send are outcomes
    and stand in the turn's record. `change` marks an edit, deletion or reaction of an earlier
    message. `thread` is what a mail of ours answers. `unsent` is the
    reason, a word of ours, why it was never tried to send this. `elsewhere`: one of
    our people said it in another app, and the messenger told us.
    """

    id: str
    author: Author
    address: str | None
    content: Content
    sent_at: int
    agent: str = ""
    event_id: str = ""
    provider_id: str = ""
    change: Change | None = None
    thread: MailThread | None = None
    unsent: str = ""
    elsewhere: bool = False
