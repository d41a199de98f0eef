"""Answer messages with a trained bot: rules of one turn, responses, custom actions."""

import re
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from conversation.bot import Answer
from conversation.escalation import Reason
from conversation.message import Button, Content
from conversation.turn import ActionCall
from conversation.understanding import FALLBACK_INTENT, Language, RankedIntent, Understanding
from dialogue.compiled import FILE, HAND_OVER, LANGUAGE_SLOT, MODEL_FOLDER, CompiledBot
from dialogue.voice import CompiledVoice
from nlu.entities.extractor import Extractor
from nlu.interpreter import Interpreter

PERSON_INTENT = "talk_to_human"

_PAYLOAD = re.compile(r"/([^{@\s]+)")


class RasaBot(CompiledVoice):
    """A trained bot (see `conversation.bot.Bot`)."""

    def __init__(
        self, compiled: CompiledBot, interpreter: Interpreter, extractor: Extractor
    ) -> None:
        super().__init__(compiled)
        self._interpreter = interpreter
        self._extractor = extractor

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return what a text means; `nlu_fallback` where the bot is not sure.

        Entities stay where the intent is not sure, as in Rasa. Of several requests each has those
        of its own part.
        """
        understanding = self._interpreter.parse(text)
        requests = tuple(
            request.model_copy(update={"entities": self._extractor.extract(request.text, now)})
            for request in understanding.requests
        )
        entities = self._extractor.extract(text, now)
        return understanding.model_copy(update={"entities": entities, "requests": requests})

    def opens_form(self, intent: str) -> bool:  # noqa: ARG002  training refuses rules with a form
        """Say that no intent does: rules of one turn ask for nothing."""
        return False

    def chosen(self, payload: str) -> Understanding | None:
        """Return what a button's payload (`/intent`) means, None where it is not one of ours."""
        match = _PAYLOAD.fullmatch(payload)
        if match is None or match[1] not in self._compiled.intents:
            return None
        return Understanding(
            text=payload,
            intent=match[1],
            confidence=1.0,
            ranking=(RankedIntent(name=match[1], confidence=1.0),),
        )

    def answer(
        self,
        understanding: Understanding,
        tracker: Mapping[str, Any],
        language: Language,
        seed: int,
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Run the intent's rule; an intent without one is not understood."""
        slots = {**self._compiled.slots, **tracker.get("slots", {}), LANGUAGE_SLOT: language}
        contents: list[Content] = []
        hand_over: Reason | None = None
        actions = self._compiled.rules.get(understanding.intent, ())
        for position, name in enumerate(actions):
            if name in self._compiled.responses:
                contents += self.uttered(name, slots, seed, {})
            elif name == HAND_OVER:
                hand_over = _reason(understanding.intent)
            else:
                nth = actions[:position].count(name)
                result = yield _action_call(name, nth, understanding, slots)
                slots = self._after(result.get("events") or [], slots)
                contents += self._responses_of(result.get("responses") or [], slots, seed)
        return Answer(
            contents=tuple(contents),
            understood=bool(actions),
            hand_over=hand_over,
            tracker={"slots": {k: v for k, v in slots.items() if k != LANGUAGE_SLOT}},
        )

    def _after(self, events: list[dict[str, Any]], slots: dict[str, Any]) -> dict[str, Any]:
        """Return the slots after an action's events."""
        for event in events:
            if event.get("event") == "slot":
                slots = {**slots, event["name"]: event.get("value")}
            elif event.get("event") == "reset_slots":
                slots = {**self._compiled.slots, LANGUAGE_SLOT: slots[LANGUAGE_SLOT]}
        return slots

    def _responses_of(
        self, responses: list[dict[str, Any]], slots: Mapping[str, Any], seed: int
    ) -> list[Content]:
        """Return what an action says: texts and buttons of its own, or a response by name."""
        contents: list[Content] = []
        for said in responses:
            name = str(said.get("response"))
            if name in self._compiled.responses:
                contents += self.uttered(name, slots, seed, said)
            elif said.get("text"):
                buttons = said.get("buttons") or []
                contents.append(
                    Content(
                        text=said["text"],
                        buttons=tuple(
                            Button(title=button["title"], payload=button["payload"])
                            for button in buttons
                        ),
                    )
                )
        return contents


def load(folder: Path, model: Path | None = None) -> RasaBot:
    """Load what training wrote: the compiled bot and its model, mapped into memory.

    `model` says where the model is if not in the bot's folder.
    """
    compiled = CompiledBot.from_json((folder / FILE).read_bytes())
    model = model or folder / MODEL_FOLDER
    return RasaBot(compiled, Interpreter.load(model), Extractor.load(model))


def _reason(intent: str) -> Reason:
    if intent == PERSON_INTENT:
        return "asked_for_person"
    return "not_understood" if intent == FALLBACK_INTENT else "intent"


def _action_call(
    name: str, nth: int, understanding: Understanding, slots: Mapping[str, Any]
) -> ActionCall:
    """Return a call in the form of Rasa's action server; the caller gives it the turn's key."""
    key = f"{name}/{nth}"
    return ActionCall(
        key=key,
        action=name,
        payload={
            "next_action": name,
            "sender_id": "default",
            "tracker": {
                "sender_id": "default",
                "slots": dict(slots),
                "latest_message": {
                    "intent": {
                        "name": understanding.intent,
                        "confidence": understanding.confidence,
                    },
                    "entities": [entity.model_dump() for entity in understanding.entities],
                    "text": understanding.text,
                    "intent_ranking": [ranked.model_dump() for ranked in understanding.ranking],
                    "metadata": {"key": key},
                },
                "latest_event_time": None,
                "followup_action": None,
                "paused": False,
                "events": [],
                "latest_input_channel": None,
                "active_loop": {},
                "latest_action": {"action_name": "action_listen"},
                "latest_action_name": "action_listen",
            },
            "domain": {},
        },
    )
