"""Keep what an agent is typing, and what came back because it could no longer be said."""

from conversation.errors import NotFound
from conversation.message import Attachment
from conversation.model import Model
from conversation.ports import Table
from conversation.turn import Item


class Draft(Model):
    """`id` is "" for what the agent is typing, else the event of the reply that came back."""

    id: str
    text: str
    attachments: tuple[Attachment, ...] = ()


def drafts(table: Table, conversation: str, agent: str) -> tuple[Draft, ...]:
    """Return an agent's drafts in a conversation."""
    own = f"D#{agent}"
    return tuple(
        Draft(
            id=sort_key.removeprefix(own).removeprefix("#"),
            text=str(body["text"]),
            attachments=body.get("attachments", ()),
        )
        for sort_key, body in table.items(conversation, own)
        if sort_key == own or sort_key.startswith(f"{own}#")
    )


def forget_returned(table: Table, conversation: str, agent: str, draft: str) -> None:
    """Remove a reply that came back. Raises NotFound."""
    known = table.conversation(conversation)
    if known is None or not draft:
        raise NotFound("There is no such draft.")
    table.put_item(conversation, Item(sk=f"D#{agent}#{draft}"), known.sequence)
