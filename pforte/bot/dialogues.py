"""Read dialogues that are played with a bot: `dialogues:` sections of its folder tests/.

What a step may say stands in docs/bot.md.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from conversation.escalation import Reason
from conversation.message import Attachment, AttachmentKind, Content
from dialogue.runtime.domain import Domain
from dialogue.source import Node, entries, read_yaml, yaml_files
from pforte.bot.company import EFFECTS

_MEDIA: dict[str, AttachmentKind] = {
    "photo": "image",
    "voice": "voice",
    "sticker": "sticker",
    "location": "location",
}
_UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"(\d+)\s*([smhd])")


@dataclass(frozen=True)
class Tap:
    """A tap on the option with this title, of the n-th last question that had options."""

    title: str
    question: int = 1


@dataclass(frozen=True)
class Spoken:
    """What was to be said: a response, a part of a text, options by their titles, or nothing."""

    response: str = ""
    text: str = ""
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [self.response, repr(self.text) if self.text else ""]
        parts += [f"[{title}]" for title in self.options]
        return " ".join(part for part in parts if part) or "nothing"


@dataclass(frozen=True)
class Step:
    """One step. `value` by kind: user: Content or Tap · bot: Spoken · after: ms · slots: dict ·
    form, hand_over: name or None · resolved: None · backend: "up", "down" or effects by name.
    """

    kind: str
    value: Any
    place: str


@dataclass(frozen=True)
class Dialogue:
    """A dialogue, and the file and line where it stands."""

    name: str
    steps: tuple[Step, ...]
    place: str


def read_dialogues(folder: Path, domain: Domain, responses: Collection[str]) -> list[Dialogue]:
    """Read the dialogues in a folder; `responses` are all that may be said. Raises ProjectError."""
    reader = _Reader(domain, responses)
    return [
        reader.dialogue(entry)
        for path in yaml_files(folder)
        for entry in entries(read_yaml(path, str(path)).mapping("a file of tests"), "dialogues")
    ]


class _Reader:
    def __init__(self, domain: Domain, responses: Collection[str]) -> None:
        self._domain = domain
        self._responses = responses
        self._kinds: dict[str, Callable[[Node], Any]] = {
            "user": _user,
            "bot": self._bot,
            "after": _after,
            "slots": self._slots,
            "form": self._form,
            "hand_over": _hand_over,
            "resolved": _resolved,
            "backend": _backend,
        }

    def dialogue(self, entry: Node) -> Dialogue:
        """Read one."""
        fields = entry.mapping("a dialogue")
        if "dialogue" not in fields:
            entry.fail("a dialogue begins with 'dialogue: name'. Add it.")
        steps = [self._step(step) for step in entries(fields, "steps")]
        if not any(step.kind == "user" for step in steps):
            entry.fail(
                "the dialogue has no step 'user:'. Add 'steps:' with what a customer writes."
            )
        for name in fields:
            if name not in ("dialogue", "steps"):
                fields[name].fail(f"'{name}' is nothing a dialogue has. Remove it.")
        return Dialogue(fields["dialogue"].text("dialogue"), tuple(steps), entry.place)

    def _step(self, node: Node) -> Step:
        fields = node.mapping("a step")
        if len(fields) != 1 or not fields.keys() <= self._kinds.keys():
            node.fail(f"a step is one of {', '.join(self._kinds)}. Correct it.")
        [(kind, value)] = fields.items()
        return Step(kind, self._kinds[kind](value), value.place)

    def _bot(self, node: Node) -> Spoken:
        if isinstance(node.value, dict):
            fields = _only(node, ("text", "options"), "bot")
            if not fields:
                node.fail("name a 'text', 'options', or both.")
            options = entries(fields, "options")
            return Spoken(
                text=fields["text"].text("text") if "text" in fields else "",
                options=tuple(option.text("an option") for option in options),
            )
        name = node.text("bot")
        if name == "nothing":
            return Spoken()
        return Spoken(response=_known(node, name, self._responses, "response"))

    def _slots(self, node: Node) -> dict[str, Any]:
        fields = node.mapping("slots")
        for name, value in fields.items():
            _known(value, name, self._domain.all_slots, "slot")
        return {name: value.plain() for name, value in fields.items()}

    def _form(self, node: Node) -> str | None:
        if node.value is None:
            return None
        return _known(node, node.text("form"), self._domain.forms, "form")


def _user(node: Node) -> Content | Tap:
    if not isinstance(node.value, dict):
        return Content(text=node.text("user"))
    fields = _only(node, ("tap", "from", "text", *_MEDIA), "user")
    if "tap" in fields:
        question = fields["from"].value if "from" in fields else 1
        if not isinstance(question, int) or question < 1:
            fields["from"].fail(
                "'from' is 1 for the latest question with options, 2 for the one before."
            )
        return Tap(fields["tap"].text("tap"), question)
    media = tuple(
        Attachment(kind=kind, reference=name if kind != "location" else "")
        for name, kind in _MEDIA.items()
        if name in fields
    )
    text = fields["text"].text("text") if "text" in fields else ""
    if not media and not text:
        node.fail(f"a customer writes a text, taps, or sends {', '.join(_MEDIA)}. Name one.")
    return Content(text=text, attachments=media)


def _after(node: Node) -> int:
    written = str(node.value)
    if not re.fullmatch(r"\s*(\d+\s*[smhd]\s*)+", written):
        node.fail("a time reads like 30s, 15m, 26h or 2d. Correct it.")
    return sum(int(number) * _UNITS[unit] for number, unit in _DURATION.findall(written))


def _hand_over(node: Node) -> str | None:
    if node.value is None:
        return None
    return _known(node, node.text("hand_over"), get_args(Reason), "reason of a hand-over")


def _resolved(node: Node) -> None:
    if node.value is not True:
        node.fail("'resolved: true' lets an agent close the conversation. Correct it.")


def _backend(node: Node) -> str | dict[str, int]:
    if node.value in ("up", "down"):
        return str(node.value)
    if not isinstance(node.value, dict):
        node.fail("'backend' is 'up', 'down', or what was done: 'readings: 1'. Correct it.")
    counts = {}
    for name, value in node.value.items():
        if not isinstance(value.value, int):
            value.fail(f"'{name}' is a number of effects. Write 0, 1, …")
        counts[_known(value, name, EFFECTS, "effect in the back end")] = value.value
    return counts


def _only(node: Node, names: Collection[str], what: str) -> dict[str, Node]:
    fields = node.mapping(what)
    for name, value in fields.items():
        _known(value, name, names, f"part of a step '{what}'")
    return fields


def _known(node: Node, name: str, names: Collection[str], what: str) -> str:
    if name not in names:
        near = get_close_matches(name, names, 1) or list(_few(names))
        meant = (
            f"Did you mean {' or '.join(repr(each) for each in near)}?" if near else "Remove it."
        )
        node.fail(f"'{name}' is no {what}. {meant}")
    return name


def _few(names: Collection[str]) -> Iterator[str]:
    """Yield all names where there are few enough to be named."""
    yield from names if len(names) <= len(EFFECTS) + 1 else ()
