"""Let the bot's dialogue take what is understood, and ask back or fetch a person where it does not.

Whatever comes between, a form that is open goes on: its question is asked again.
"""

from collections.abc import Generator, Mapping
from typing import Any

from conversation.address import Address
from conversation.bot import Answer, Heard
from conversation.conversation import Verified
from conversation.escalation import Reason
from conversation.intents import SMALL_TALK
from conversation.message import Button, Content
from conversation.turn import ActionCall, ActionDone
from conversation.understanding import Understanding
from converse.builder import PERSON, TurnBuilder
from converse.burst import is_greeting
from converse.escalate import hand_over
from converse.phrases import is_angry, is_thanks
from converse.utterance import ASK_BACK_FLOOR, PERSON_INTENTS, Utterance, requests_of

OFFERS = 2
"""So many guesses are offered."""

PATIENCE = 2
"""So many misunderstandings in a row fetch a person."""


def run_dialogue(
    turn: TurnBuilder,
    utterance: Utterance,
    understanding: Understanding,
) -> Generator[ActionCall, dict[str, Any]]:
    """Do all that is asked for, one after the other; what opens a form last, a person then.

    Of several that open one the first is begun, and the others wait until it is done.
    """
    answers = turn.state.asked_for is not None  # what answers a form is not what is wanted
    if not answers and _asks_something(utterance, understanding):
        turn.change(asked=utterance.text[:300])
    took = stuck = asked = False
    leads_to: tuple[Reason, str] | None = None
    todo = sorted(requests_of(understanding), key=lambda each: turn.bot.opens_form(each.intent))
    while todo:
        request = todo.pop(0)
        if took and turn.state.asked_for is not None and turn.bot.opens_form(request.intent):
            _keep_for_later(turn, request)
            continue
        answer = yield from _answer_to(turn, request, turn.state.tracker)
        _go_on(turn, answer)
        if _ends_with_person(turn, utterance, answer):
            return
        if not _answers(answer):
            continue
        took, stuck = True, stuck or answer.stuck
        _say(turn, answer)
        asked = asked or answer.asked is not None
        if answer.hand_over is not None and leads_to is None:
            leads_to = answer.hand_over, answer.about or request.intent
        todo = todo or _kept_for_later(turn)
    if not took:
        yield from misunderstood(turn, utterance, understanding)
        return
    turn.change(misunderstandings=turn.state.misunderstandings + 1 if stuck else 0)
    if leads_to is not None:
        reason, intent = leads_to
        hand_over(turn, reason, detail=intent, question=utterance.text)
    elif not asked:
        yield from ask_again(turn)


def _asks_something(utterance: Utterance, understanding: Understanding) -> bool:
    """Say whether words may be what somebody wants: thanks, a greeting or a goodbye are not."""
    said = {request.intent for request in requests_of(understanding)}
    text = utterance.text
    return not (said <= SMALL_TALK - {"inform"} or is_thanks(text) or is_greeting(text))


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


def answer_aside(
    turn: TurnBuilder, understanding: Understanding
) -> Generator[ActionCall, dict[str, Any], bool]:
    """Answer what asks for nothing, apart from the dialogue; say whether anything was answered."""
    answered = False
    for request in requests_of(understanding):
        if turn.bot.opens_form(request.intent):
            continue
        answer = yield from _answer_to(turn, request, b"")
        if _answers(answer) and answer.hand_over is None and not answer.failed:
            _say(turn, answer)
            answered = True
    return answered


def _answers(answer: Answer) -> bool:
    """Say whether the dialogue took a message and something came of it: never silence."""
    return answer.understood and bool(answer.contents or answer.hand_over)


def ask_again(turn: TurnBuilder) -> Generator[ActionCall, dict[str, Any]]:
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
    turn.identity = {}
    if answer.references and not answer.form and not turn.state.later:
        turn.change(asked="")  # who wants a person after this wants one for something else
    for reference in answer.references:
        turn.refer(reference)


def _say(turn: TurnBuilder, answer: Answer) -> None:
    for content in answer.contents:
        turn.say(content, "bot")


def _answer_to(
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
        slots=_who_writes(turn),
    )


def _who_writes(turn: TurnBuilder) -> Mapping[str, str | bool | None]:
    """Return the slots that tell the dialogue whether it is known who writes."""
    if turn.identity:
        return {**turn.identity, "verified": True}
    return {} if turn.state.verified else {"verified": None}


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


def misunderstood(
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
        yield from ask_again(turn)
        return
    buttons = _offers(turn, understanding)
    response = "utter_pforte_ask_back" if buttons else "utter_pforte_rephrase"
    turn.say(with_person(turn, response, buttons), "bot")


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


def with_person(
    turn: TurnBuilder, response: str, buttons: tuple[Button, ...] = (), **values: str
) -> Content:
    """Return a sentence with its options, a person as the last of them."""
    content = turn.bot.say(response, turn.language, turn.seed, **values)
    title = turn.bot.say("utter_pforte_title_person", turn.language, turn.seed).text
    return content.model_copy(update={"buttons": (*buttons, Button(title=title, payload=PERSON))})
