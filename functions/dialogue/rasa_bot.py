"""Answer messages with a trained bot: Rasa's runtime as a part of the house's front door."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from conversation.bot import Answer, Asked, Heard
from conversation.escalation import Reason
from conversation.intents import FALLBACK_INTENT
from conversation.message import Content
from conversation.turn import ActionCall
from conversation.understanding import Entity, RankedIntent, Understanding
from dialogue.compiled import (
    DIALOGUE_FOLDER,
    FILE,
    HAND_OVER,
    LANGUAGE_SLOT,
    MODEL_FOLDER,
    CompiledBot,
)
from dialogue.runtime import compiled as learnt
from dialogue.runtime.calls import Turn, makes_sense
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import (
    LISTEN,
    REQUESTED_SLOT,
    Event,
    action,
    is_action,
    is_slot,
    said,
    slot,
)
from dialogue.runtime.fallback import GIVE_UP
from dialogue.runtime.payload import read_payload
from dialogue.runtime.stored import Unreadable, pack, unpack
from dialogue.runtime.tracker import Tracker
from dialogue.voice import CompiledVoice, content_of
from nlu.entities.extractor import Extractor
from nlu.interpreter import Interpreter

PERSON_INTENT = "talk_to_human"

VERIFIED_SLOT = "verified"
"""The slot that says that it is known who writes; actions set it, the front door clears it."""

REFERENCE_SLOT = "reference"
"""The slot in which an action leaves the number of a finished request."""

_NO_FACTS = frozenset({LANGUAGE_SLOT, REQUESTED_SLOT, VERIFIED_SLOT})


class RasaBot(CompiledVoice):
    """A trained bot (see `conversation.bot.Bot`)."""

    def __init__(
        self,
        compiled: CompiledBot,
        runtime: Runtime,
        interpreter: Interpreter,
        extractor: Extractor,
    ) -> None:
        super().__init__(compiled)
        self._runtime = runtime
        self._interpreter = interpreter
        self._extractor = extractor

    @property
    def domain(self) -> Domain:
        """Return what the bot may do and knows."""
        return self._runtime.domain

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return what a text means; `nlu_fallback` where the bot is not sure.

        Entities stay where the intent is not sure, as in Rasa. Of several requests each has those
        of its own part, and of the whole text those of which its own part has none of the kind.
        """
        parsed = self._interpreter.parse(text)
        understanding = Understanding.model_validate(parsed, from_attributes=True)
        entities = self._extractor.extract(text, now)
        requests = tuple(
            request.model_copy(
                update={
                    "entities": _with_shared(self._extractor.extract(request.text, now), entities)
                }
            )
            for request in understanding.requests
        )
        return understanding.model_copy(update={"entities": entities, "requests": requests})

    def opens_form(self, intent: str) -> bool:
        """Say whether the bot's first answer to an intent is a form."""
        return self._runtime.first_action(intent) in self.domain.forms

    def chosen(self, payload: str) -> Understanding | None:
        """Return what an option's payload means, None where it is no intent of the bot's."""
        message = read_payload(payload, self.domain)
        if message is None:
            return None
        name = message["parse_data"]["intent"]["name"]
        return Understanding(
            text=payload,
            intent=name,
            confidence=1.0,
            ranking=(RankedIntent(name=name, confidence=1.0),),
            chosen=True,
        )

    def facts(self, tracker: bytes) -> dict[str, str]:
        """Return the slots that hold something a person can read."""
        return {
            name: ", ".join(map(_shown, value)) if isinstance(value, list) else _shown(value)
            for name, value in _resume(tracker, self.domain).slots.items()
            if isinstance(value, str | int | float | list)
            and not isinstance(value, bool)
            and value not in ("", [])
            and name not in _NO_FACTS
        }

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Run the dialogue for one understood message; yields calls of custom actions."""
        talk = _resume(tracker, self.domain)
        turn = _Turn(talk, heard)
        before = _open_question(talk)
        opened_by = _opened_by(talk)
        yield from turn.run(self._runtime.begin_session(talk, turn.turn, turn.at))
        self._set_slots(talk, heard)
        begin = len(talk.events)
        message = _message(understanding, self.domain)
        if not turn.failed:
            yield from turn.run(self._runtime.take(talk, message, turn.turn, turn.at))
        events = talk.events[begin:]
        took = before is not None and any(is_action(e) and e["name"] == before[0] for e in events)
        return _answer(turn, events, before, opened_by if took else understanding.intent)

    def ask_again(
        self, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Let the form that is open ask its question again, in the language of now."""
        talk = _resume(tracker, self.domain)
        turn = _Turn(talk, heard)
        self._set_slots(talk, heard)
        begin = len(talk.events)
        yield from turn.run(self._runtime.ask_again(talk, turn.turn, turn.at))
        return _answer(turn, talk.events[begin:], None, "")

    def _set_slots(self, talk: Tracker, heard: Heard) -> None:
        talk.update_all(
            slot(name, value)
            for name, value in {LANGUAGE_SLOT: heard.language, **heard.slots}.items()
            if name in self.domain.slots and talk.slots.get(name) != value
        )


class _Turn:
    """A turn of the dialogue on its way: what its actions came to."""

    def __init__(self, talk: Tracker, heard: Heard) -> None:
        self.talk = talk
        self.turn = Turn(heard.channel, heard.seed)
        self.at = heard.now / 1000
        self.language = heard.language
        self.failed = ""
        self.hands_over = False
        self._sender = heard.conversation

    def run(self, doing: Any) -> Generator[ActionCall, dict[str, Any]]:
        """Have the calls made; the first that fails ends the turn, what was done before stays."""
        try:
            call = next(doing)
            while True:
                if call.name == HAND_OVER:
                    self.hands_over = True
                    result: dict[str, Any] = {}
                else:
                    payload = call.payload(self._sender)
                    result = yield ActionCall(action=call.name, payload=payload)
                if "failed" in result or not makes_sense(result):
                    doing.close()
                    self.failed = call.name
                    self.talk.update({**action(call.name), "timestamp": self.at})
                    return
                call = doing.send(result)
        except StopIteration:
            return


def load(folder: Path, model: Path | None = None) -> RasaBot:
    """Load what training wrote: the compiled bot and its model, mapped into memory.

    `model` says where the model is if not in the bot's folder.
    """
    compiled = CompiledBot.from_json((folder / FILE).read_bytes())
    runtime = learnt.load(folder / DIALOGUE_FOLDER)
    model = model or folder / MODEL_FOLDER
    return RasaBot(compiled, runtime, Interpreter.load(model), Extractor.load(model))


def _with_shared(own: tuple[Entity, ...], whole: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return a part's entities with those that another part tells for it too, like the street.

    An amount or a time is of what it stands beside alone (they have a unit or a grain). The offsets
    of what is shared are its places in the whole text.
    """
    kinds = {(entity.entity, entity.role) for entity in own}
    shared = (each for each in whole if not each.additional_info)
    return own + tuple(each for each in shared if (each.entity, each.role) not in kinds)


def _resume(tracker: bytes, domain: Domain) -> Tracker:
    """Return the dialogue so far; what another release wrote begins anew."""
    if tracker:
        try:
            return unpack(tracker, domain)
        except Unreadable:
            pass  # the thread keeps what was said; nobody is helped by a turn that fails
    return Tracker(domain)


def _shown(value: object) -> str:
    """Return a slot's value as people write it: a whole number without a fraction."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _message(understanding: Understanding, domain: Domain) -> Event:
    if understanding.chosen:
        message = read_payload(understanding.text, domain)
        if message is not None:
            return message
    ranking = [ranked.model_dump() for ranked in understanding.ranking]
    if understanding.intent == FALLBACK_INTENT:
        # Rasa's two-stage fallback asks about the second one.
        ranking.insert(0, {"name": FALLBACK_INTENT, "confidence": understanding.confidence})
    return said(
        understanding.text,
        understanding.intent,
        [entity.model_dump(exclude_defaults=True) for entity in understanding.entities],
        confidence=understanding.confidence,
        ranking=ranking,
    )


def _answer(
    turn: _Turn, events: Sequence[Event], before: tuple[str, Any] | None, about: str
) -> Answer:
    talk = turn.talk
    done = [event["name"] for event in events if is_action(event) and event["name"] != LISTEN]
    form = talk.loop_name if talk.loop_name in talk.domain.forms else None
    question = _open_question(talk)
    took = any(
        is_slot(event) and event["name"] != REQUESTED_SLOT and event["value"] is not None
        for event in events
    )
    hand_over = _reason(about) if turn.hands_over or talk.paused else None
    # A turn that does not end by listening goes in circles: the next message would get no answer.
    failed = turn.failed or ("" if talk.paused or talk.latest_action == LISTEN else done[-1])
    return Answer(
        tracker=pack(talk),
        contents=tuple(content for event in events if (content := _said(event)) is not None),
        understood=GIVE_UP not in done,
        stuck=before is not None and question == before and set(done) == {form} and not took,
        hand_over=hand_over,
        about=about,
        failed=failed,
        form=form or "",
        asked=_asked(form, events, turn) if form else None,
        references=tuple(
            str(event["value"])
            for event in events
            if is_slot(event, REFERENCE_SLOT) and event["value"]
        ),
        verified=talk.slots.get(VERIFIED_SLOT) is True,
    )


def _open_question(talk: Tracker) -> tuple[str, Any] | None:
    """Return the form that is open and what it asks for."""
    return (talk.loop_name, talk.slots.get(REQUESTED_SLOT)) if talk.loop_name else None


def _opened_by(talk: Tracker) -> str:
    """Return the intent that opened the form which is open."""
    trigger = talk.loop.trigger if talk.loop and talk.loop_name else None
    return str(trigger["intent"]["name"]) if trigger else ""


def _said(event: Event) -> Content | None:
    if event["event"] != "bot":
        return None
    content = content_of({"text": event["text"], **event["data"]})
    return content if content.text or content.buttons else None


def _asked(form: str, events: Sequence[Event], turn: _Turn) -> Asked | None:
    """Return the form's question, if the form was the last to speak."""
    last = max((i for i, event in enumerate(events) if _is_run(event)), default=-1)
    if last < 0 or events[last]["name"] != form:
        return None
    contents = [content for event in events[last:] if (content := _said(event)) is not None]
    talk = turn.talk
    wanted = talk.domain.all_slots.get(str(talk.slots.get(REQUESTED_SLOT)))
    if not contents or wanted is None:
        return None
    entities = (mapping.get("entity") for mapping in wanted.mappings)
    return Asked(
        content=contents[-1],
        language=turn.language,
        entities=tuple(sorted({entity for entity in entities if entity})),
        number=wanted.type == "float",
    )


def _is_run(event: Event) -> bool:
    return is_action(event) and event["name"] != LISTEN


def _reason(intent: str) -> Reason:
    if intent == PERSON_INTENT:
        return "asked_for_person"
    return "not_understood" if intent == FALLBACK_INTENT else "intent"
