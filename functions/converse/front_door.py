"""Hold the house's own rules around every bot: danger, a person on request, waiting, asking back.

They need no intent of the bot: where it lacks one, `converse.phrases` stands in, German and
English.
"""

import re
from collections.abc import Generator, Sequence
from typing import Any

from conversation.bot import DangerWord, FrontDoor
from conversation.conversation import BOT, QUEUE
from conversation.event import CustomerEvent
from conversation.intents import FALLBACK_INTENT, GREETINGS
from conversation.message import Content
from conversation.turn import ActionCall
from conversation.understanding import Understanding
from converse.builder import TurnBuilder
from converse.burst import is_greeting
from converse.elsewhere import is_speaking, wait_for_word
from converse.escalate import HOUR, MINUTE, close, hand_over, reopen
from converse.phrases import is_thanks, knocks, withdraws
from converse.signed_in import believe
from converse.talk import answer_aside, ask_again, misunderstood, run_dialogue, with_person
from converse.utterance import Utterance, chosen, understand, wants_person, wishes_a_language

ACKNOWLEDGE_EVERY = 10 * MINUTE
"""A waiting customer who goes on writing is told once in so long (ms) that it is taken."""

LATE = 10 * MINUTE
"""What is so old (ms) does not answer the question that is open."""

_ATTACHMENT_WORDS = {
    "image": {"de": "ein Foto", "en": "a photo"},
    "video": {"de": "ein Video", "en": "a video"},
    "audio": {"de": "eine Tonaufnahme", "en": "a recording"},
    "voice": {"de": "eine Sprachnachricht", "en": "a voice message"},
    "document": {"de": "ein Dokument", "en": "a document"},
    "sticker": {"de": "einen Sticker", "en": "a sticker"},
    "location": {"de": "einen Standort", "en": "a location"},
    "contact": {"de": "einen Kontakt", "en": "a contact"},
}
_OTHER_KIND = {"de": "diese Art von Nachricht", "en": "this kind of message"}


def respond(
    turn: TurnBuilder, events: Sequence[CustomerEvent]
) -> Generator[ActionCall, dict[str, Any]]:
    """Answer what belongs together, by who has the conversation now."""
    utterance = Utterance(tuple(events))
    in_danger = warn(turn, events)
    if turn.state.agent is not None:
        _remind_agent(turn)
    elif is_speaking(turn):
        _while_elsewhere(turn, utterance)
    elif not in_danger:
        yield from _answer(turn, utterance)


def find_danger(front_door: FrontDoor, events: Sequence[CustomerEvent]) -> DangerWord | None:
    """Return the danger that somebody writes about, None where there is none."""
    text = Utterance(tuple(events)).text
    folded = " ".join(re.findall(r"\w+", text.casefold()))
    for danger in front_door.danger_words:
        if any(" ".join(re.findall(r"\w+", w.casefold())) in folded for w in danger.words):
            return danger
    return None


def warn(turn: TurnBuilder, events: Sequence[CustomerEvent]) -> bool:
    """Give the emergency number before anything else, in every state and in their language.

    Says whether there is danger.
    """
    danger = find_danger(turn.bot.front_door, events)
    if danger is None:
        return False
    utterance = Utterance(tuple(events))
    turn.change(
        language=turn.bot.understand(utterance.text, turn.now).language or turn.state.language
    )
    text = danger.response.get(turn.language) or next(iter(danger.response.values()))
    turn.say(Content(text=text), "system", urgent=True)
    turn.change(question=None)
    if danger.hand_over and turn.state.assignee == BOT:
        hand_over(turn, "danger", question=utterance.text)
    return True


def _remind_agent(turn: TurnBuilder) -> None:
    """Let the conversation return to the queue if its agent forgets the customer."""
    if "claim" not in turn.state.timers:
        turn.set_timer("claim", turn.now + turn.bot.front_door.claim_idle_minutes * MINUTE)


def _while_elsewhere(turn: TurnBuilder, utterance: Utterance) -> None:
    """Leave the answer to whom it is written to; only who wants a person gets one of ours."""
    understanding = understand(turn, utterance, chosen(turn, utterance) or None)
    if understanding is not None and wants_person(utterance, understanding):
        _fetch_person(turn, utterance)
    else:
        wait_for_word(turn)


def _answer(turn: TurnBuilder, utterance: Utterance) -> Generator[ActionCall, dict[str, Any]]:
    _know_who_writes(turn, utterance)
    believe(turn, utterance.last.signed_in)
    waiting = turn.state.assignee == QUEUE
    payload = chosen(turn, utterance)
    if payload == "":
        turn.utter("utter_pforte_old_option")
        yield from ask_again(turn)
        return
    understanding = understand(turn, utterance, payload)
    turn.change(question=None)
    if not waiting and _closed_lately(turn, utterance):
        return
    if understanding is None:
        if waiting:
            _acknowledge(turn)
        else:
            yield from _cannot_read(turn, utterance)
    elif wants_person(utterance, understanding):
        _fetch_person(turn, utterance)
    elif wishes_a_language(turn, utterance):
        yield from ask_again(turn)
    elif waiting:
        yield from _while_waiting(turn, utterance, understanding)
    elif _is_late(turn, utterance):
        yield from _late(turn, understanding)
    else:
        yield from run_dialogue(turn, utterance, understanding)


def _fetch_person(turn: TurnBuilder, utterance: Utterance) -> None:
    if turn.state.assignee == QUEUE:
        _still_waiting(turn)
    else:
        hand_over(turn, "asked_for_person", question=turn.state.asked or utterance.text)


def _know_who_writes(turn: TurnBuilder, utterance: Utterance) -> None:
    """Let it lapse who writes: after a silence, from another address, from a forged one."""
    known = turn.state.verified
    if known is None:
        return
    silence = turn.now - known.at
    lapsed = silence > turn.bot.front_door.verified_minutes * MINUTE
    lapsed = lapsed and utterance.last.signed_in is None  # who is, has just shown it again
    lapsed = lapsed or any(event.incoming.unproven for event in utterance.events)
    if lapsed or known.address != turn.state.answer_to:
        turn.change(verified=None)
    else:
        turn.change(verified=known.model_copy(update={"at": turn.now}))


def _closed_lately(turn: TurnBuilder, utterance: Utterance) -> bool:
    """After "resolved" a thank-you closes, anything else opens the escalation again."""
    closed = turn.state.closed
    if closed is None:
        return False
    turn.change(closed=None)
    if turn.now - closed.closed > turn.bot.front_door.reopening_hours * HOUR:
        return False
    text = utterance.text.strip()
    if is_thanks(text):
        turn.utter("utter_pforte_closed_thanks")
        return True
    reopen(turn, closed, "" if is_greeting(text) else text)
    return True


def _while_waiting(
    turn: TurnBuilder, utterance: Utterance, understanding: Understanding
) -> Generator[ActionCall, dict[str, Any]]:
    """The bot still answers what it is sure of; the rest is an addition for the agent."""
    intent = understanding.intent
    if intent == "never_mind" or (intent == FALLBACK_INTENT and withdraws(utterance.text)):
        close(turn, "withdrawn", "utter_pforte_withdrawn")
        return
    greets = intent in GREETINGS and not understanding.requests
    if intent == "ask_wait" or greets or knocks(utterance.text):
        _still_waiting(turn)
        return
    for_agent = intent in (FALLBACK_INTENT, "affirm", "deny", "inform")
    if for_agent or not (yield from answer_aside(turn, understanding)):
        _acknowledge(turn)


def _acknowledge(turn: TurnBuilder) -> None:
    if turn.now - turn.state.acknowledged_at >= ACKNOWLEDGE_EVERY:
        turn.change(acknowledged_at=turn.now)
        turn.utter("utter_pforte_added")


def _still_waiting(turn: TurnBuilder) -> None:
    """Say that it is not forgotten, and how long where a time was told and is not over."""
    escalation = turn.state.escalation
    reference = escalation.reference if escalation else ""
    left = (escalation.promised or 0) - turn.now if escalation else 0
    if left > 0:
        minutes = str(max(2, -(-left // MINUTE)))  # both sentences have a plural
        turn.utter("utter_pforte_hand_over_with_time", reference=reference, minutes=minutes)
    else:
        turn.utter("utter_pforte_still_waiting", reference=reference)


def _is_late(turn: TurnBuilder, utterance: Utterance) -> bool:
    """Say whether a message is too old to be meant for the question that is open."""
    sent = utterance.last.sent_at
    return turn.state.asked_for is not None and sent is not None and turn.now - sent > LATE


def _late(turn: TurnBuilder, understanding: Understanding) -> Generator[ActionCall, dict[str, Any]]:
    """Answer what was asked long ago, and go on where the dialogue is now."""
    if not (yield from answer_aside(turn, understanding)):
        turn.utter("utter_pforte_late")
    yield from ask_again(turn)


def _cannot_read(turn: TurnBuilder, utterance: Utterance) -> Generator[ActionCall, dict[str, Any]]:
    """Say what cannot be read, and offer a person."""
    content = utterance.contents[-1]
    words = _OTHER_KIND
    if content.attachments and not content.unreadable:
        words = _ATTACHMENT_WORDS[content.attachments[0].kind]
    if not content.attachments and not content.unreadable:
        nothing = Understanding(text=content.text, intent=FALLBACK_INTENT, confidence=0.0)
        yield from misunderstood(turn, utterance, nothing)
        return
    what = words[turn.language]
    turn.say(with_person(turn, "utter_pforte_cannot_read", what=what), "bot")
    yield from ask_again(turn)
