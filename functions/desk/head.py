"""Show what is known of a conversation: who has it, why, and where its customer is reached."""

from typing import Literal

from channels.registry import CHANNELS
from conversation.address import Address
from conversation.bot import Voice
from conversation.conversation import Conversation
from conversation.model import Model
from conversation.understanding import LANGUAGES, Language
from desk.people import People
from desk.reachable import Reachable, reachable
from desk.sendable import sendable


class Fact(Model):
    """Something that the bot knows: a slot of its tracker.

    `titles` name the slot by language, where the bot's author gave it a title.
    """

    name: str
    titles: dict[Language, str]
    value: str


class Head(Model):
    """What the page shows around the thread; times in ms, None where there is no such moment.

    `holder` is `bot`, `queue`, `me` or `other`; `holder_name` then tells the other agent. Until
    `elsewhere_until` somebody answers in another app, and the bot is silent. `files` are the kinds
    of file that can be sent on each channel, each with its most bytes. `sent` are the messages that
    each was given, as it counts them.
    """

    conversation: str
    name: str
    language: str
    channel: str
    holder: Literal["bot", "queue", "me", "other"]
    holder_name: str
    epoch: int
    reference: str
    team: str
    reason: str
    reason_detail: str
    titles: dict[Language, str]
    question: str
    opened: int | None
    due: int | None
    promised: int | None
    claimed_at: int | None
    reachable: tuple[Reachable, ...]
    facts: tuple[Fact, ...]
    text_limit: int
    files: dict[str, dict[str, int]]
    elsewhere_until: int
    sent: dict[str, int]


def head_of(conversation: Conversation, people: People, voice: Voice) -> Head:
    """Return what is known of a conversation and its customer now."""
    escalation = conversation.escalation
    closed = conversation.closed
    latest = escalation or (closed.escalation if closed else None)
    facts = latest.facts if latest else {}
    current = Address.parse(conversation.answer_to) if conversation.answer_to else None
    return Head(
        conversation=conversation.id,
        name=conversation.name or (current.shown if current else ""),
        language=conversation.language or "",
        channel=current.channel if current else "",
        holder=_holder(conversation, people),
        holder_name=people.name(conversation.agent or ""),
        epoch=conversation.epoch,
        reference=latest.reference if latest else "",
        team=escalation.team if escalation else "",
        reason=latest.reason if latest else "",
        reason_detail=latest.reason_detail if latest else "",
        titles=latest.titles if latest else {},
        question=latest.question if latest else "",
        opened=escalation.opened if escalation else None,
        due=escalation.due if escalation else None,
        promised=escalation.promised if escalation else None,
        claimed_at=escalation.claimed_at if escalation else None,
        reachable=reachable(conversation),
        facts=tuple(_fact(name, value, voice) for name, value in facts.items()),
        elsewhere_until=conversation.elsewhere_until,
        sent=conversation.sent,
        text_limit=CHANNELS[current.channel].abilities.text_limit if current else 0,
        files=sendable({Address.parse(each).channel for each in conversation.addresses}),
    )


def _fact(slot: str, value: str, voice: Voice) -> Fact:
    titles = {language: voice.slot_title(slot, language) for language in LANGUAGES}
    written = {language: title for language, title in titles.items() if title}
    return Fact(name=slot, titles=written, value=value)


def _holder(conversation: Conversation, people: People) -> Literal["bot", "queue", "me", "other"]:
    if conversation.agent is None:
        return "queue" if conversation.escalation is not None else "bot"
    return "me" if conversation.agent == people.reader else "other"
