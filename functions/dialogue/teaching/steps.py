"""Read stories and rules into blocks of events between checkpoints."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dialogue.annotations import read_annotated
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import Event, action, active_loop, bare, said, slot
from dialogue.runtime.payload import read_entities
from dialogue.source import Node, Warn, entries

START = "STORY_START"
GENERATED = "GENR_"
SNIPPET = "..."

_BARE_EVENTS = {"restart", "rewind", "undo", "reset_slots", "pause", "resume", "session_started"}
"""What reads like an action's name in a story, but is an event."""


@dataclass(frozen=True)
class Checkpoint:
    """A place where blocks meet; slots must have these values to go on from here."""

    name: str
    slots: tuple[tuple[str, Any], ...] = ()


@dataclass
class Block:
    """A part of a story or rule without branches."""

    name: str
    node: Node
    is_rule: bool
    starts: list[Checkpoint]
    ends: list[Checkpoint] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def copy(self) -> "Block":
        """Return a block that can get other events; those of now are shared."""
        return replace(self, events=list(self.events), ends=list(self.ends))


def read_stories(section: Node, domain: Domain, warn: Warn, *, tests: bool = False) -> list[Block]:
    """Read a `stories:` section; users of `tests` may say what has no intent. Raises ProjectError.

    Nothing is learnt of a test story, so such a message is only one that nothing answers.
    """
    blocks = []
    for entry in section.sequence("stories"):
        fields = entry.mapping("a story")
        if "story" not in fields:
            entry.fail("a story begins with 'story: name'. Add it.")
        builder = _Builder(str(fields["story"].value), entry, domain, warn, tests=tests)
        builder.read_steps(fields, "story")
        blocks += builder.finish()
    return blocks


def read_rules(section: Node, domain: Domain, warn: Warn) -> list[Block]:
    """Read a `rules:` section. Raises ProjectError."""
    blocks = []
    for entry in section.sequence("rules"):
        fields = entry.mapping("a rule")
        if "rule" not in fields:
            entry.fail("a rule begins with 'rule: name'. Add it.")
        builder = _Builder(str(fields["rule"].value), entry, domain, warn, is_rule=True)
        for condition in entries(fields, "condition"):
            builder.read_step(condition)
        if not _says(fields.get("conversation_start"), value=True):
            builder.add([action(SNIPPET)])
        builder.read_steps(fields, "rule")
        if _says(fields.get("wait_for_user_input"), value=False):
            builder.add([action(SNIPPET)])
        blocks += builder.finish()
    return blocks


def _says(node: Node | None, *, value: bool) -> bool:
    return node is not None and node.value is value


class _Builder:
    """Cut one story or rule into blocks: at checkpoints, and at every `or`."""

    def __init__(
        self,
        name: str,
        node: Node,
        domain: Domain,
        warn: Warn,
        *,
        is_rule: bool = False,
        tests: bool = False,
    ) -> None:
        self._name, self._node, self._is_rule, self._tests = name, node, is_rule, tests
        self._domain, self._warn = domain, warn
        self._starts: list[Checkpoint] = []
        self._done: list[Block] = []
        self._now: list[Block] = []
        self._branches = 0

    def finish(self) -> list[Block]:
        """Return the blocks."""
        return self._done + self._now

    def read_steps(self, fields: dict[str, Node], what: str) -> None:
        """Read the steps of a story or rule."""
        steps = entries(fields, "steps")
        if not steps:
            self._warn(self._node, f"the {what} has no steps and is left out.")
        for step in steps:
            self.read_step(step)

    def read_step(self, step: Node) -> None:
        """Read one step. Raises ProjectError."""
        parts = step.mapping("a step")
        if "intent" in parts or "user" in parts:
            self.add([self._message(step, parts)])
        elif "or" in parts:
            self.add(list(self._alternatives(parts["or"])))
        elif "action" in parts:
            self.add([self._action(parts["action"])])
        elif "bot" in parts:
            step.fail("end-to-end steps ('bot:') are not supported. Name a response: 'action:'.")
        elif "checkpoint" in parts:
            self._checkpoint(parts)
        elif "slot_was_set" in parts:
            for event in self._slots(parts["slot_was_set"]):
                self.add([event])
        elif "active_loop" in parts:
            self.add([active_loop(parts["active_loop"].value)])
        elif "metadata" not in parts:
            step.fail(
                "a step is one of intent, or, action, slot_was_set, active_loop, checkpoint. "
                "Correct it."
            )

    def add(self, events: list[Event]) -> None:
        """Go on with one event, or with several alternatives."""
        self._open()
        if len(events) == 1:
            for block in self._now:
                block.events.append(copy.deepcopy(events[0]))
            return
        self._branches += 1
        end = Checkpoint(f"{GENERATED}OR_{self._node.place}_{self._name}_{self._branches}")
        branches = []
        for block in self._now:
            for event in events:
                branch = block.copy()
                branch.events.append(copy.deepcopy(event))
                branch.ends = [end]
                branches.append(branch)
        self._now = branches

    def _open(self) -> None:
        """Begin the next block where the last ones have ended."""
        self._done += [block for block in self._now if block.ends]
        open_blocks = [block for block in self._now if not block.ends]
        if not open_blocks:
            ends = dict.fromkeys(end.name for block in self._now for end in block.ends)
            starts = [Checkpoint(name) for name in ends] if self._now else self._starts
            starts = list(starts) or [Checkpoint(START)]
            open_blocks = [Block(self._name, self._node, self._is_rule, starts)]
        self._now = open_blocks

    def _checkpoint(self, parts: dict[str, Node]) -> None:
        name = parts["checkpoint"].text("checkpoint")
        slots = tuple(
            (key, node.plain())
            for each in entries(parts, "slot_was_set")
            for key, node in each.mapping("a slot of a checkpoint").items()
        )
        if not self._now:
            self._starts.append(Checkpoint(name, slots))
            return
        if slots:
            self._warn(parts["checkpoint"], "only a story's first checkpoints may have conditions.")
        more = []
        for block in self._now:
            if block.ends:
                other = block.copy()
                other.ends = [Checkpoint(name)]
                more.append(other)
            else:
                block.ends = [Checkpoint(name)]
        self._now += more

    def _alternatives(self, node: Node) -> Iterator[Event]:
        for entry in node.sequence("or"):
            parts = entry.mapping("an alternative")
            if "intent" in parts:
                yield self._message(entry, parts)
            elif "slot_was_set" in parts:
                yield from self._slots(parts["slot_was_set"])
            else:
                entry.fail("an alternative has 'intent:' or 'slot_was_set:'. Correct it.")

    def _message(self, step: Node, parts: dict[str, Node]) -> Event:
        if "intent" not in parts:
            if self._tests:
                text, found = _annotated(parts["user"])
                return said(text, None, found)
            step.fail("a message without 'intent:' (end-to-end) is not supported. Add its intent.")
        full = parts["intent"].text("intent").removeprefix("/")
        intent = full.partition("/")[0]
        if intent not in self._domain.intents:
            self._warn(parts["intent"], f"intent '{intent}' is not in the domain.")
        if "user" not in parts:
            entities = _entities(entries(parts, "entities"))
            return said(None, intent, entities, full_intent=full)
        text, found = _annotated(parts["user"])
        return said(text, intent, found, full_intent=full)

    def _action(self, node: Node) -> Event:
        name = node.text("action")
        if name in _BARE_EVENTS:
            return bare(name)
        if name not in self._domain.known_actions and "/" not in name:
            self._warn(node, f"action '{name}' is not in the domain: add it there or correct it.")
        return action(name)

    def _slots(self, node: Node) -> Iterator[Event]:
        for entry in node.sequence("slot_was_set"):
            if isinstance(entry.value, dict):
                for name, value in entry.value.items():
                    self._check_slot(entry, name)
                    yield slot(name, value.plain())
            else:
                name = entry.text("a slot")
                self._check_slot(entry, name)
                yield slot(name, self._some_value(entry, name))

    def _check_slot(self, node: Node, name: str) -> None:
        if name not in self._domain.all_slots:
            self._warn(node, f"slot '{name}' is not in the domain: the step has no effect.")

    def _some_value(self, node: Node, name: str) -> Any:
        """Return what a bare name stands for: some value, where the type has one for that."""
        known = self._domain.all_slots.get(name)
        kind = known.type if known else None
        if kind in ("text", "list"):
            return "filled" if kind == "text" else ["filled"]
        if known and known.influence:
            self._warn(
                node, f"slot '{name}' of type '{kind}' needs a value: without, it counts as empty."
            )
        return None


def _annotated(user: Node) -> tuple[str, list[dict[str, Any]]]:
    """Return the text of a message, and its entities."""
    text, annotated = read_annotated(user)
    if text.startswith("/"):
        return text, read_entities(text)
    return text, [each.model_dump(exclude_none=True) for each in annotated]


def _entities(written: list[Node]) -> list[dict[str, Any]]:
    found = []
    for entry in written:
        if not isinstance(entry.value, dict):
            found.append({"entity": entry.text("an entity"), "value": ""})
            continue
        entity: dict[str, Any] = {}
        for key, value in entry.value.items():
            if key in ("role", "group"):
                entity[key] = value.plain()
            else:
                entity |= {"entity": key, "value": value.plain()}
        found.append({key: value for key, value in entity.items() if value is not None})
    return found
