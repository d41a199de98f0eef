"""Play dialogues with a trained bot: front door, actions and back end for real."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from conversation.conversation import BOT
from conversation.message import Content, Message
from pforte.bot.dialogues import Dialogue, Spoken, Tap
from pforte.bot.stage import BETWEEN, Difference, Played, Responses, Stage, timed
from pforte.failure import CALLED_WRONGLY, Failure


def play(stage: Stage, dialogue: Dialogue) -> Played:
    """Play a dialogue. Raises Failure where it looks into a back end that is not ours."""
    return timed(
        Played(dialogue.name, dialogue.place),
        _Dialogue(stage, dialogue).differences(),
    )


class _Dialogue:
    """A dialogue on its way. `_heard` is what was said since the customer's last step."""

    def __init__(self, stage: Stage, dialogue: Dialogue) -> None:
        self._stage = stage
        self._dialogue = dialogue
        self._talk = stage.talk(dialogue.place)
        self._after = "the beginning"
        self._messages = 0
        self._heard: list[Message] = []
        self._next = 0
        self._do: dict[str, Callable[[Any], tuple[str, Sequence[str]] | None]] = {
            "user": self._user,
            "bot": self._bot_said,
            "after": self._wait,
            "slots": self._slots,
            "form": self._form,
            "hand_over": self._hand_over,
            "resolved": self._resolved,
            "backend": self._backend,
        }

    def differences(self) -> Iterator[Difference]:
        """Play every step; a message that cannot be sent ends it."""
        for step in self._dialogue.steps:
            wrong = self._do[step.kind](step.value)
            if wrong is not None:
                expected, found = wrong
                told = (*found, *self._talk.failed)
                yield Difference(step.place, self._after, expected, told)
                if step.kind in ("user", "resolved"):
                    return

    def _user(self, said: Content | Tap) -> tuple[str, Sequence[str]] | None:
        self._pass(BETWEEN)
        self._messages += 1
        if isinstance(said, Content):
            told = repr(said.text) if said.text else f"a {said.attachments[0].kind}"
            self._after = f"message {self._messages}, {told}"
            self._talk.write(said)
        else:
            asked = self._talk.offered[-said.question :][:1]
            options = asked[0] if len(self._talk.offered) >= said.question else ()
            chosen = next((each for each in options if each.title == said.title), None)
            if chosen is None:
                titles = [f"[{option.title}]" for option in options]
                return f"an option [{said.title}] to tap", titles or ["no options were offered"]
            self._after = f"message {self._messages}, a tap on [{said.title}]"
            self._talk.choose(chosen)
        self._listen()
        return None

    def _wait(self, milliseconds: int) -> None:
        self._pass(milliseconds)
        self._listen()

    def _resolved(self, _: None) -> tuple[str, Sequence[str]] | None:
        if not self._talk.resolve():
            return "a conversation that waits for a person", [
                f"is with {self._talk.state.assignee}"
            ]
        self._listen()
        return None

    def _pass(self, milliseconds: int) -> None:
        self._stage.wait(self._talk, milliseconds)

    def _listen(self) -> None:
        self._heard, self._next = list(self._talk.said), 0

    def _bot_said(self, wanted: Spoken) -> tuple[str, Sequence[str]] | None:
        """Look for a message from the last one that was found on: their order counts."""
        found = [_shown(message.content) for message in self._heard]
        if wanted == Spoken():
            return ("nothing to be said", found) if found else None
        for number in range(self._next, len(self._heard)):
            if _is_said(self._stage.responses, wanted, self._heard[number].content):
                self._next = number
                return None
        return str(wanted), found or ["nothing was said"]

    def _slots(self, wanted: Mapping[str, Any]) -> tuple[str, Sequence[str]] | None:
        slots = self._talk.tracker.slots
        wrong = {name: value for name, value in wanted.items() if slots.get(name) != value}
        if not wrong:
            return None
        return f"slots {_pairs(wrong)}", [_pairs({name: slots.get(name) for name in wrong})]

    def _form(self, wanted: str | None) -> tuple[str, Sequence[str]] | None:
        open_now = self._talk.tracker.loop_name
        return None if open_now == wanted else (f"form {wanted}", [f"form {open_now}"])

    def _hand_over(self, wanted: str | None) -> tuple[str, Sequence[str]] | None:
        state = self._talk.state
        is_now = state.escalation.reason if state.escalation and state.assignee != BOT else None
        return None if is_now == wanted else (f"hand-over {wanted}", [f"hand-over {is_now}"])

    def _backend(self, wanted: str | dict[str, int]) -> tuple[str, Sequence[str]] | None:
        company = self._stage.company
        if company is None:
            raise Failure(
                f"{self._dialogue.place}: looks into the sample back end, which runs with the "
                "bot's own actions only. Leave out --actions.",
                CALLED_WRONGLY,
            )
        if isinstance(wanted, dict):
            done = company.effects()
            if any(done.get(name, 0) != number for name, number in wanted.items()):
                return f"effects {_pairs(wanted)}", [_pairs(done) or "nothing was done"]
        elif wanted == "down":
            company.close()
        else:
            company.open()
        return None


def _is_said(responses: Responses, wanted: Spoken, content: Content) -> bool:
    titles = {option.title for option in content.buttons}
    if not titles.issuperset(wanted.options):
        return False
    if not wanted.response:
        return wanted.text in content.text
    return any(pattern.fullmatch(content.text) for pattern in _patterns(responses[wanted.response]))


def _patterns(written: Sequence[Mapping[str, Any]]) -> Iterator[re.Pattern[str]]:
    """Yield what each variation of a response reads like, whatever stands in its placeholders."""
    for variation in written:
        text = "\n".join(str(variation[key]) for key in ("text", "image") if variation.get(key))
        parts = re.split(r"\{[^\n{}]+\}", text)
        yield re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)


def _shown(content: Content) -> str:
    return " ".join([content.text, *(f"[{option.title}]" for option in content.buttons)])


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())
