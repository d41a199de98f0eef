"""Make trackers of stories and rules: every way through their blocks, from checkpoint on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from dialogue.runtime.domain import NOT_SET, Domain
from dialogue.runtime.events import (
    LISTEN,
    Event,
    action,
    entities_of,
    is_action,
    slot,
    values_for,
)
from dialogue.runtime.states import State, current_state, key_of
from dialogue.runtime.tracker import Tracker
from dialogue.source import Node
from dialogue.teaching.steps import GENERATED, START, Block, Checkpoint


class StoryTracker(Tracker):
    """A tracker that keeps the state after every action, as stories are learnt.

    Unlike a conversation's, these states know nothing of folded turns.
    """

    def __init__(self, domain: Domain, events: Iterable[Event] = ()) -> None:
        self.name = ""
        self.node: Node | None = None
        self.is_rule = False
        self.states: list[State] = []
        super().__init__(domain)
        self.states = [current_state(self)]
        self.update_all(events)

    def copy(self) -> "StoryTracker":
        """Return a tracker that can go its own way."""
        made = super().copy()
        made.states = list(self.states)
        return made

    def begin_again(self) -> "StoryTracker":
        """Return a tracker of the same story before anything happened."""
        made = self.fresh()
        made.name, made.node, made.is_rule = self.name, self.node, self.is_rule
        return made

    def update(self, event: Event) -> None:
        """Add an event and the state after it."""
        super().update(event)
        if event["event"] == "undo":
            del self.states[-2:]
        elif event["event"] in ("rewind", "restart"):
            self.states = []
        elif not is_action(event):
            del self.states[-1:]
        self.states.append(current_state(self))


def trackers_of(
    blocks: Sequence[Block], domain: Domain, *, rules: bool, alike: bool = False
) -> list[StoryTracker]:
    """Return a tracker for every way through the blocks of stories, or of rules.

    `alike` keeps stories that nothing but their names tells apart.
    """
    graph = _Graph(list(blocks))
    graph.cut_cycles()
    return _Walk(graph, domain, rules=rules, alike=alike).walk()


class _Graph:
    """Blocks and how they follow each other; cycles are walked once."""

    def __init__(self, blocks: list[Block]) -> None:
        self.blocks = dict(enumerate(blocks, 1))
        self.starts_of_ends: dict[str, str] = {}

    def ordered(self) -> list[Block]:
        """Return the blocks so that what follows comes later."""
        return [self.blocks[key] for key in self._sorted()[0]]

    def cut_cycles(self) -> None:
        """Replace each edge that closes a cycle, and leave out what leads nowhere."""
        cut: set[str] = set()
        for number, (source, target) in enumerate(self._sorted()[1]):
            cut |= self._cut(source, target, f"{GENERATED}CYCL_", number)
        self._prune(cut)

    def _cut(self, source: int, target: int, prefix: str, number: int) -> set[str]:
        sink, link, origin = (f"{prefix}{kind}_{number}" for kind in ("SINK", "CONN", "SRC"))
        self.starts_of_ends[sink] = origin
        block = self.blocks[source]
        shared = {end.name for end in block.ends}
        shared &= {start.name for start in self.blocks[target].starts}
        block.ends = [end for end in block.ends if end.name not in shared] + [Checkpoint(sink)]
        linked = False
        for key, other in self.blocks.items():
            for start in [each for each in other.starts if each.name in shared]:
                name = origin if key == target else link
                linked = linked or key != target
                added = Checkpoint(name, start.slots)
                if added not in other.starts:
                    other.starts = [*other.starts, added]
        if linked:
            block.ends.append(Checkpoint(link))
        return shared

    def _prune(self, cut: set[str]) -> None:
        starts = {START} | {each.name for block in self.blocks.values() for each in block.starts}
        ends = {START} | {
            self.starts_of_ends.get(each.name, each.name)
            for block in self.blocks.values()
            for each in block.ends
        }
        unused = starts ^ ends
        for key, block in list(self.blocks.items()):
            begin = [each for each in block.starts if each.name not in unused & cut]
            end = [
                each
                for each in block.ends
                if each.name not in unused or not each.name.startswith(GENERATED)
            ]
            if (block.starts and not begin) or (block.ends and not end):
                del self.blocks[key]
            block.starts, block.ends = begin, end

    def _sorted(self) -> tuple[list[int], list[tuple[int, int]]]:
        following: dict[str, list[int]] = defaultdict(list)
        for key, block in self.blocks.items():
            for start in block.starts:
                following[start.name].append(key)
        edges = {
            key: sorted({each for end in block.ends for each in following[end.name]}, key=_as_id)
            for key, block in self.blocks.items()
        }
        ordered: list[int] = []
        closing: set[tuple[int, int]] = set()
        state: dict[int, str] = {}

        def visit(key: int) -> None:
            state[key] = "open"
            for each in edges[key]:
                if state.get(each) == "open":
                    closing.add((key, each))
                elif each not in state:
                    visit(each)
            ordered.append(key)
            state[key] = "done"

        for key in sorted(self.blocks, key=_as_id, reverse=True):
            if key not in state:
                visit(key)
        return ordered[::-1], sorted(closing, key=lambda edge: (_as_id(edge[0]), _as_id(edge[1])))


def _as_id(key: int) -> str:
    """Return what Rasa sorts blocks by: numbers, but as text."""
    return f"{key}_"


class _Walk:
    """Lead trackers through blocks until nothing new is reached."""

    def __init__(self, graph: _Graph, domain: Domain, *, rules: bool, alike: bool) -> None:
        self._graph, self._domain = graph, domain
        self._blocks = [block for block in graph.ordered() if block.is_rule is rules]
        self._rules, self._alike = rules, alike
        self._seen: set[str] = set()

    def walk(self) -> list[StoryTracker]:
        """Return the trackers that came to an end, or to a checkpoint where nothing begins."""
        for block in self._blocks:
            _mark_first_action(block)
        first = StoryTracker(self._domain)
        first.is_rule = self._rules
        active: dict[str, list[StoryTracker]] = defaultdict(list, {START: [first]})
        finished: list[StoryTracker] = []
        used: set[str] = set()
        unused_before: set[str] = set()
        while any(active.values()):
            unused, ended = self._phase(active, used)
            finished += ended
            unused |= {name for name in active if name not in used}
            active = defaultdict(
                list, {name: active.get(name, []) for name in unused if name != START}
            )
            if unused == unused_before or not any(active.values()):
                for name in unused - used:
                    finished += active[name]
                break
            unused_before = unused
        return finished

    def _phase(
        self, active: dict[str, list[StoryTracker]], used: set[str]
    ) -> tuple[set[str], list[StoryTracker]]:
        unused: set[str] = set()
        ended: list[StoryTracker] = []
        for block in self._blocks:
            coming: list[StoryTracker] = []
            for start in block.starts:
                if active[start.name]:
                    coming += [each for each in active[start.name] if _passes(start, each)]
                    used.add(start.name)
                elif start.name not in used:
                    unused.add(start.name)
            if not coming:
                continue
            going, stopped = self._through(block, _distinct(coming))
            ended += stopped
            for end in block.ends:
                name = self._graph.starts_of_ends.get(end.name, end.name)
                active[name] += going
                if name in used:
                    unused.add(name)
            if not block.ends:
                ended += [each for each in going if self._is_new(each)]
        return unused, ended

    def _through(
        self, block: Block, coming: list[StoryTracker]
    ) -> tuple[list[StoryTracker], list[StoryTracker]]:
        going = []
        stopped = []
        events = [_of_rule(e) if self._rules else e for e in self._explicit(block)]
        for tracker in coming if events else []:
            made = tracker.copy()
            made.node = block.node
            if block.name not in made.name.split(" > "):
                made.name = f"{made.name} > {block.name}" if made.name else block.name
            for event in events:
                if event["event"] in ("undo", "rewind", "restart"):
                    stopped.append(made.copy())
                made.update(event)
            going.append(made)
        return going, stopped

    def _explicit(self, block: Block) -> list[Event]:
        """Return a block's events with what goes without saying: listening, slots of entities."""
        events: list[Event] = []
        for event in block.events:
            if event["event"] != "user":
                events.append(event)
                continue
            _listen(events)
            events += [event, *slots_for_entities(entities_of(event), self._domain)]
        if not block.ends:
            _listen(events)
        return events

    def _is_new(self, tracker: StoryTracker) -> bool:
        key = key_of(tracker.states)
        new = self._alike or key not in self._seen
        self._seen.add(key)
        return new


def slots_for_entities(entities: list[dict[str, Any]], domain: Domain) -> list[Event]:
    """Return what the entities of a story's message set, by mappings outside of forms."""
    events = []
    for name, definition in domain.slots.items() if domain.store_entities_as_slots else []:
        values = [
            value
            for mapping in definition.mappings
            if mapping["type"] == "from_entity"
            if (mapping.get("conditions") or [{}])[0].get("active_loop") is None
            for value in values_for(mapping, entities)
        ]
        if values:
            events.append(slot(name, values if definition.type == "list" else values[-1]))
    return events


def _passes(start: Checkpoint, tracker: Tracker) -> bool:
    return all(tracker.slots.get(name) == value for name, value in start.slots)


def _distinct(trackers: list[StoryTracker]) -> list[StoryTracker]:
    first: dict[str, StoryTracker] = {}
    for tracker in trackers:
        first.setdefault(key_of(tracker.states), tracker)
    return list(first.values())


def _mark_first_action(block: Block) -> None:
    """Nobody can predict what a story begins with, before the user says anything."""
    if START not in {start.name for start in block.starts}:
        return
    for event in block.events:
        if event["event"] == "user":
            return
        if is_action(event):
            event["unpredictable"] = True
            return


def _listen(events: list[Event]) -> None:
    if not events or not is_action(events[-1]) or events[-1]["name"] != LISTEN:
        events.append(action(LISTEN))


def _of_rule(event: Event) -> Event:
    """In a rule, null is a condition of its own: it must not be set."""
    if event["event"] == "active_loop" and event["name"] is None:
        return {**event, "name": NOT_SET}
    if event["event"] == "slot" and event["value"] is None:
        return {**event, "value": NOT_SET}
    return event
