"""Let the files of a message be fetched, before anybody answers: their links do not last."""

from conversation.identity import Identity
from conversation.incoming import Incoming
from conversation.media import NUMBERED_UP_TO, MediaJob, job_of, place_of
from conversation.message import Attachment
from conversation.ports import MediaQueue


def let_forget(
    queue: MediaQueue, incoming: Incoming, conversation: str, identity: Identity
) -> None:
    """Let the files of a message be removed that its sender took back. Raises Unavailable."""
    if incoming.kind != "delete" or not incoming.target:
        return
    of = {"kind": "message", "provider_id": incoming.target, "revision": ""}
    place = place_of(conversation, identity.event(incoming.model_copy(update=of)), 0)
    job = MediaJob(place=place, channel=incoming.channel, account=incoming.account, deleted=True)
    queue.send(job)


def let_fetch(queue: MediaQueue, incoming: Incoming, conversation: str, event_id: str) -> Incoming:
    """Queue every file of a message, and return it with the places where they will be kept.

    A repeat queues them again under the same places. Raises Unavailable.
    """
    content = incoming.content
    if content is None or not any(part.reference for part in content.attachments):
        return incoming
    parts: list[Attachment] = []
    for number, part in enumerate(content.attachments):
        place = place_of(conversation, event_id, number)
        if part.reference and number < NUMBERED_UP_TO:
            # Nobody chooses the kind of a sticker, nor hears of what is no message to us.
            told = incoming.kind == "message" and part.kind != "sticker"
            address = incoming.address if told else ""
            queue.send(job_of(place, incoming.channel, incoming.account, part, address))
            part = part.model_copy(update={"place": place})
        parts.append(part)
    placed = content.model_copy(update={"attachments": tuple(parts)})
    return incoming.model_copy(update={"content": placed})
