"""Hold the house's own rules around every bot: danger, a person on request, waiting, asking back.

They need no intent of the bot: where it lacks one, `converse.phrases` stands in, German and
English.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from conversation.address import Address
from conversation.bot import Answer, DangerWord, FrontDoor, Heard
from conversation.conversation import BOT, QUEUE, Verified
from conversation.escalation import Reason
from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.message import Button, Content
from conversation.turn import ActionCall, ActionDone
from conversation.understanding import FALLBACK_INTENT, SMALL_TALK, Understanding
from converse.builder import PERSON, TurnBuilder
from converse.burst import is_greeting
from converse.escalate import MINUTE, close, hand_over, reopen
from converse.phrases import (
    asks_for_person,
    is_angry,
    is_thanks,
    knocks,
    wished_language,
    withdraws,
)

PERSON_INTENTS = frozenset({PERSON, "talk_to_human"})

ASK_BACK_FLOOR = 0.25
"""Below this confidence a guess is not worth a button."""

OFFERS = 2
"""So many guesses are offered."""

ACKNOWLEDGE_EVERY = 10 * MINUTE
"""A waiting customer who goes on writing is told once in so long (ms) that it is taken."""

PATIENCE = 2
"""So many misunderstandings in a row fetch a person."""

LATE = 10 * MINUTE
"""What is so old (ms) does not answer the question that is open."""

HOUR = 60 * MINUTE

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


@dataclass(frozen=True)
class Utterance:
    """What belongs together of what a customer wrote, with what was said last."""

    events: tuple[CustomerEvent, ...]

    @property
    def last(self) -> Incoming:
        """Return the last message."""
        return self.events[-1].incoming

    @property
    def contents(self) -> list[Content]:
        """Return the contents in order."""
        return [e.incoming.content or Content() for e in self.events]

    @property
    def text(self) -> str:
        """Return all that was written, as one text, a bare greeting in front left out."""
        texts = [c.text.strip() for c in self.contents if c.text.strip()]
        request = [t for t in texts if not is_greeting(t)]
        return " ".join(request or texts)

    @property
    def payload(self) -> str | None:
        """Return the token of the button that was tapped, if the last message was a tap."""
        return self.contents[-1].payload


def respond(
    turn: TurnBuilder, events: Sequence[CustomerEvent]
) -> Generator[ActionCall, dict[str, Any]]:
    """Answer what belongs together, by who has the conversation now."""
    utterance = Utterance(tuple(events))
    turn.change(answer_to=utterance.last.address)
    danger = find_danger(turn.bot.front_door, events)
    if danger is not None:
        _warn(turn, danger, utterance)
    if turn.state.agent is not None:
        _remind_agent(turn)
    elif danger is None:
        yield from _answer(turn, utterance)


def find_danger(front_door: FrontDoor, events: Sequence[CustomerEvent]) -> DangerWord | None:
    """Return the danger that somebody writes about, None where there is none."""
    text = Utterance(tuple(events)).text
    folded = " ".join(re.findall(r"\w+", text.casefold()))
    for danger in front_door.danger_words:
        if any(" ".join(re.findall(r"\w+", w.casefold())) in folded for w in danger.words):
            return danger
    return None


def _warn(turn: TurnBuilder, danger: DangerWord, utterance: Utterance) -> None:
    """Give the emergency number before anything else, in every state and in their language."""
    turn.change(
        language=turn.bot.understand(utterance.text, turn.now).language or turn.state.language
    )
    text = danger.response.get(turn.language) or next(iter(danger.response.values()))
    turn.say(Content(text=text), "system", urgent=True)
    turn.change(question=None)
    if danger.hand_over and turn.state.assignee == BOT:
        hand_over(turn, "danger", question=utterance.text)


def _remind_agent(turn: TurnBuilder) -> None:
    """Let the conversation return to the queue if its agent forgets the customer."""
    if "claim" not in turn.state.timers:
        turn.set_timer("claim", turn.now + turn.bot.front_door.claim_idle_minutes * MINUTE)


def _answer(turn: TurnBuilder, utterance: Utterance) -> Generator[ActionCall, dict[str, Any]]:
    _know_who_writes(turn)
    waiting = turn.state.assignee == QUEUE
    payload = _chosen(turn, utterance)
    if payload == "":
        turn.utter("utter_pforte_old_option")
        yield from _ask_again(turn)
        return
    understanding = _understand(turn, utterance, payload)
    turn.change(question=None)
    if not waiting and _closed_lately(turn, utterance):
        return
    if understanding is None:
        if waiting:
            _acknowledge(turn)
        else:
            yield from _cannot_read(turn, utterance)
    elif _wants_person(utterance, understanding):
        _fetch_person(turn, utterance)
    elif _wishes_a_language(turn, utterance):
        yield from _ask_again(turn)
    elif waiting:
        yield from _while_waiting(turn, utterance, understanding)
    elif _is_late(turn, utterance):
        yield from _late(turn, understanding)
    else:
        yield from _dialogue(turn, utterance, understanding)


def _fetch_person(turn: TurnBuilder, utterance: Utterance) -> None:
    if turn.state.assignee == QUEUE:
        _still_waiting(turn)
    else:
        hand_over(turn, "asked_for_person", question=turn.state.asked or utterance.text)


def _know_who_writes(turn: TurnBuilder) -> None:
    """Let it lapse who writes, after a silence or from another address."""
    known = turn.state.verified
    if known is None:
        return
    silence = turn.now - known.at
    lapsed = silence > turn.bot.front_door.verified_minutes * MINUTE
    if lapsed or known.address != turn.state.answer_to:
        turn.change(verified=None)
    else:
        turn.change(verified=known.model_copy(update={"at": turn.now}))


def _chosen(turn: TurnBuilder, utterance: Utterance) -> str | None:
    """Return the payload of the option that was tapped, or named directly after the options.

    None where none was; "" where it belongs to an earlier question.
    """
    question = turn.state.question
    if question is not None and question.address != utterance.last.address:
        question = None
    token = utterance.payload
    if token is not None:
        if token == PERSON:
            return PERSON
        options = question.tokens() if question else {}
        return options.get(token, "")
    text = utterance.text.strip().rstrip(".)").casefold()
    for number, option in enumerate(question.options if question else (), start=1):
        if text == option.title.casefold():
            return option.payload
        if text == str(number) and not _asks_for_number(turn, text):
            return option.payload
    return None


def _asks_for_number(turn: TurnBuilder, text: str) -> bool:
    """Say whether a number answers the question of the form that is open."""
    asked = turn.state.asked_for
    if asked is None or asked.number:
        return asked is not None
    entities = turn.bot.understand(text, turn.now).entities
    return any(entity.entity in asked.entities for entity in entities)


def _understand(
    turn: TurnBuilder, utterance: Utterance, payload: str | None
) -> Understanding | None:
    """Return what an utterance means, None where it is not a text.

    A bare number is one only as an answer to a form.
    """
    if payload == PERSON:
        return Understanding(text="", intent=PERSON, confidence=1.0)
    if payload is not None:
        return turn.bot.chosen(payload) or turn.bot.understand(payload, turn.now)
    if not re.search(r"[^\W\d_]", utterance.text):
        if turn.state.asked_for is None or not re.search(r"\d", utterance.text):
            return None
        number = turn.bot.understand(utterance.text, turn.now)
        return number.model_copy(update={"intent": FALLBACK_INTENT, "requests": ()})
    understanding = turn.bot.understand(utterance.text, turn.now)
    if understanding.intent == FALLBACK_INTENT and len(utterance.events) > 1:
        last = turn.bot.understand(utterance.contents[-1].text, turn.now)
        understanding = last if last.intent != FALLBACK_INTENT else understanding
    _follow_language(turn, understanding)
    return understanding


def _follow_language(turn: TurnBuilder, understanding: Understanding) -> None:
    """Answer in the language of the message, unless another one is wished for.

    What nobody understands does not change it.
    """
    if turn.state.wished:
        return
    best = max((guess.confidence for guess in understanding.ranking), default=1.0)
    if understanding.language and (best >= ASK_BACK_FLOOR or turn.state.language is None):
        turn.change(language=understanding.language)


def _wishes_a_language(turn: TurnBuilder, utterance: Utterance) -> bool:
    """Speak the language that is wished for from now on; say whether nothing else was said."""
    wish = wished_language(utterance.text)
    if wish is None:
        return False
    turn.change(language=wish.language, wished=True)
    if wish.only:
        turn.utter("utter_pforte_language")
    return wish.only


def _wants_person(utterance: Utterance, understanding: Understanding) -> bool:
    """Say whether a person is asked for, be it beside something else.

    By words of the house's own where the bot was not sure of anything. A wish for a language alone
    is none, however like it looks ("können wir Deutsch sprechen").
    """
    wish = wished_language(utterance.text)
    if wish is not None and wish.only:
        return False
    if any(request.intent in PERSON_INTENTS for request in _requests(understanding)):
        return True
    return understanding.intent == FALLBACK_INTENT and asks_for_person(utterance.text)


def _requests(understanding: Understanding) -> tuple[Understanding, ...]:
    """Return what is asked for, one or several."""
    return understanding.requests or (understanding,)


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
    reopen(turn, closed, text)
    return True


def _while_waiting(
    turn: TurnBuilder, utterance: Utterance, understanding: Understanding
) -> Generator[ActionCall, dict[str, Any]]:
    """The bot still answers what it is sure of; the rest is an addition for the agent."""
    intent = understanding.intent
    if intent == "never_mind" or (intent == FALLBACK_INTENT and withdraws(utterance.text)):
        close(turn, "withdrawn", "utter_pforte_withdrawn")
        return
    if intent == "ask_wait" or knocks(utterance.text):
        _still_waiting(turn)
        return
    for_agent = intent in (FALLBACK_INTENT, "affirm", "deny", "inform")
    if for_agent or not (yield from _answer_aside(turn, understanding)):
        _acknowledge(turn)


def _answer_aside(
    turn: TurnBuilder, understanding: Understanding
) -> Generator[ActionCall, dict[str, Any], bool]:
    """Answer what asks for nothing, apart from the dialogue; say whether anything was answered."""
    answered = False
    for request in _requests(understanding):
        if turn.bot.opens_form(request.intent):
            continue
        answer = yield from _run_dialogue(turn, request, b"")
        if _answers(answer) and answer.hand_over is None and not answer.failed:
            _say(turn, answer)
            answered = True
    return answered


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


def _dialogue(
    turn: TurnBuilder,
    utterance: Utterance,
    understanding: Understanding,
) -> Generator[ActionCall, dict[str, Any]]:
    """Do all that is asked for, one after the other; what opens a form last, a person then.

    Of several that open one the first is begun, and the others wait until it is done.
    """
    turn.change(asked=utterance.text[:300])
    took = stuck = asked = False
    leads_to: tuple[Reason, str] | None = None
    todo = sorted(_requests(understanding), key=lambda each: turn.bot.opens_form(each.intent))
    while todo:
        request = todo.pop(0)
        if took and turn.state.asked_for is not None and turn.bot.opens_form(request.intent):
            _keep_for_later(turn, request)
            continue
        answer = yield from _run_dialogue(turn, request, turn.state.tracker)
        _go_on(turn, answer)
        if _ends_with_person(turn, utterance, answer):
            return
        if not _answers(answer):
            continue
        took, stuck = True, stuck or answer.stuck
        _say(turn, answer)
        asked = asked or answer.asked is not None
        if answer.hand_over is not None and leads_to is None:
            leads_to = answer.hand_over, request.intent
        todo = todo or _kept_for_later(turn)
    if not took:
        yield from _misunderstood(turn, utterance, understanding)
        return
    turn.change(misunderstandings=turn.state.misunderstandings + 1 if stuck else 0)
    if leads_to is not None:
        reason, intent = leads_to
        hand_over(turn, reason, detail=intent, question=utterance.text)
    elif not asked:
        yield from _ask_again(turn)


def _keep_for_later(turn: TurnBuilder, request: Understanding) -> None:
    turn.change(later=(*turn.state.later, request.model_copy(update={"ranking": ()})))


def _kept_for_later(turn: TurnBuilder) -> list[Understanding]:
    """Return what can be begun now, as no form is open any more."""
    if turn.state.asked_for is not None:
        return []
    kept = list(turn.state.later)
    turn.change(later=())
    return kept


def _ends_with_person(turn: TurnBuilder, utterance: Utterance, answer: Answer) -> bool:
    """Fetch a person where an action failed, or a form took nothing once too often."""
    question = utterance.text
    if answer.failed:
        _say(turn, answer)
        apology = "utter_pforte_fault"
        hand_over(turn, "fault", detail=answer.failed, question=question, response=apology)
    elif answer.stuck and _gives_up(turn, utterance):
        hand_over(turn, "not_understood", question=question)
    else:
        return False
    return True


def _is_late(turn: TurnBuilder, utterance: Utterance) -> bool:
    """Say whether a message is too old to be meant for the question that is open."""
    sent = utterance.last.sent_at
    return turn.state.asked_for is not None and sent is not None and turn.now - sent > LATE


def _late(turn: TurnBuilder, understanding: Understanding) -> Generator[ActionCall, dict[str, Any]]:
    """Answer what was asked long ago, and go on where the dialogue is now."""
    if not (yield from _answer_aside(turn, understanding)):
        turn.utter("utter_pforte_late")
    yield from _ask_again(turn)


def _answers(answer: Answer) -> bool:
    """Say whether the dialogue took a message and something came of it: never silence."""
    return answer.understood and bool(answer.contents or answer.hand_over)


def _ask_again(turn: TurnBuilder) -> Generator[ActionCall, dict[str, Any]]:
    """Repeat the question of the form that is open: whatever came between, it goes on."""
    asked = turn.state.asked_for
    if asked is not None and asked.language != turn.language:
        answer = yield from _follow(turn, turn.bot.ask_again(turn.state.tracker, _heard(turn)))
        if not answer.failed:
            _go_on(turn, answer)
            asked = turn.state.asked_for
    if asked is not None:
        turn.say(asked.content, "bot")


def _go_on(turn: TurnBuilder, answer: Answer) -> None:
    """Keep what the dialogue knows now, and make what it finished findable by its reference."""
    address = turn.state.answer_to
    turn.change(
        tracker=answer.tracker,
        asked_for=(answer.asked or turn.state.asked_for) if answer.form else None,
        verified=Verified(address=address, at=turn.now) if answer.verified else None,
    )
    for reference in answer.references:
        turn.refer(reference)


def _say(turn: TurnBuilder, answer: Answer) -> None:
    for content in answer.contents:
        turn.say(content, "bot")


def _run_dialogue(
    turn: TurnBuilder, understanding: Understanding, tracker: bytes
) -> Generator[ActionCall, dict[str, Any], Answer]:
    return (yield from _follow(turn, turn.bot.answer(understanding, tracker, _heard(turn))))


def _heard(turn: TurnBuilder) -> Heard:
    return Heard(
        conversation=turn.state.id,
        channel=Address.parse(turn.state.answer_to).channel,
        language=turn.language,
        now=turn.now,
        seed=turn.seed,
        slots={} if turn.state.verified else {"verified": None},
    )


def _follow(
    turn: TurnBuilder, dialogue: Generator[ActionCall, dict[str, Any], Answer]
) -> Generator[ActionCall, dict[str, Any], Answer]:
    """Run the bot; its action calls get the key of this turn, and the thread tells of them."""
    try:
        call = next(dialogue)
        while True:
            keyed = call.keyed(turn.next_action_key(call.action))
            result = yield keyed
            turn.action_done(ActionDone(key=keyed.key, action=keyed.action, result=result))
            call = dialogue.send(result)
    except StopIteration as stop:
        answer: Answer = stop.value
        return answer


def _gives_up(turn: TurnBuilder, utterance: Utterance) -> bool:
    """Say whether to fetch a person now: at the second time, or where somebody is angry."""
    return turn.state.misunderstandings + 1 >= PATIENCE or is_angry(utterance.text)


def _misunderstood(
    turn: TurnBuilder,
    utterance: Utterance,
    understanding: Understanding,
) -> Generator[ActionCall, dict[str, Any]]:
    """Ask back once, with buttons where there is a guess; then hand over.

    Where a form is open its question is asked again instead.
    """
    if _gives_up(turn, utterance):
        hand_over(turn, "not_understood", question=utterance.text)
        return
    turn.change(misunderstandings=turn.state.misunderstandings + 1)
    if turn.state.asked_for is not None:
        turn.utter("utter_pforte_rephrase", author="bot")
        yield from _ask_again(turn)
        return
    buttons = _offers(turn, understanding)
    response = "utter_pforte_ask_back" if buttons else "utter_pforte_rephrase"
    turn.say(_with_person(turn, response, buttons), "bot")


def _offers(turn: TurnBuilder, understanding: Understanding) -> tuple[Button, ...]:
    """Return the likeliest requests by their titles; what has none is no offer."""
    no_offer = SMALL_TALK | PERSON_INTENTS
    guesses = [
        (guess.name, turn.bot.title(guess.name, turn.language))
        for guess in understanding.ranking
        if guess.confidence >= ASK_BACK_FLOOR and guess.name not in no_offer
    ]
    titled = [Button(title=title, payload=f"/{name}") for name, title in guesses if title]
    return tuple(titled[:OFFERS])


def _cannot_read(turn: TurnBuilder, utterance: Utterance) -> Generator[ActionCall, dict[str, Any]]:
    """Say what cannot be read, and offer a person."""
    content = utterance.contents[-1]
    words = _OTHER_KIND
    if content.attachments and not content.unreadable:
        words = _ATTACHMENT_WORDS[content.attachments[0].kind]
    if not content.attachments and not content.unreadable:
        nothing = Understanding(text=content.text, intent=FALLBACK_INTENT, confidence=0.0)
        yield from _misunderstood(turn, utterance, nothing)
        return
    what = words[turn.language]
    turn.say(_with_person(turn, "utter_pforte_cannot_read", what=what), "bot")
    yield from _ask_again(turn)


def _with_person(
    turn: TurnBuilder, response: str, buttons: tuple[Button, ...] = (), **values: str
) -> Content:
    content = turn.bot.say(response, turn.language, turn.seed, **values)
    title = turn.bot.say("utter_pforte_title_person", turn.language, turn.seed).text
    return content.model_copy(update={"buttons": (*buttons, Button(title=title, payload=PERSON))})
