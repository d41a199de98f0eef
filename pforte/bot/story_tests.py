"""Run a bot's test stories as `rasa test core` does.

At every action of a story the next one is predicted and compared; then what the story tells is
taken for what happened. No action runs and no slot is extracted: slots are what the story says.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from conversation.understanding import Understanding
from dialogue.runtime.actions import retrieved_name, retrieves
from dialogue.runtime.conversation import MOST_ACTIONS, Runtime, actions_done
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import (
    LISTEN,
    Event,
    action,
    entities_of,
    intent_of,
    is_action,
    rejected,
)
from dialogue.runtime.tracker import Tracker
from dialogue.source import Node, read_yaml, yaml_files
from dialogue.teaching.bot import teach
from dialogue.teaching.steps import Block, read_stories
from dialogue.teaching.trackers import StoryTracker, trackers_of

Understand = Callable[[str], Understanding]


@dataclass
class StoryResult:
    """How many stories there were, how many went as told, and each step that did not."""

    stories: int = 0
    passed: int = 0
    differences: list[str] = field(default_factory=list)


def run_stories_of(bot: Path, understand: Understand | None = None) -> StoryResult:
    """Run the stories in a bot's folder tests/. Raises ProjectError."""
    sections = list(_sections(bot / "tests"))
    if not sections:
        return StoryResult()
    runtime = teach(bot).runtime
    return run_test_stories(runtime, read_test_stories(sections, runtime.domain), understand)


def read_stories_of(bot: Path) -> list[StoryTracker]:
    """Read the stories in a bot's folder tests/. Raises ProjectError."""
    sections = list(_sections(bot / "tests"))
    return read_test_stories(sections, teach(bot).runtime.domain) if sections else []


def read_test_stories(sections: Sequence[Node], domain: Domain) -> list[StoryTracker]:
    """Read `stories:` sections. Raises ProjectError."""
    blocks: list[Block] = []
    for section in sections:
        blocks += read_stories(section, domain, lambda _node, _text: None, tests=True)
    return trackers_of(blocks, domain, rules=False, alike=True)


def run_test_stories(
    runtime: Runtime, stories: Sequence[StoryTracker], understand: Understand | None = None
) -> StoryResult:
    """Compare predictions with stories; `understand` also hears what users say in them."""
    result = StoryResult(stories=len(stories))
    for story in stories:
        place = story.node.place if story.node else ""
        found = [f"{place}: {story.name}: {each}" for each in _run(runtime, story, understand)]
        result.passed += not found
        result.differences += found
    return result


def _sections(folder: Path) -> Iterator[Node]:
    for path in yaml_files(folder):
        sections = read_yaml(path, str(path)).mapping("a file of tests")
        if "stories" in sections:
            yield sections["stories"]


def _run(runtime: Runtime, story: StoryTracker, understand: Understand | None) -> Iterator[str]:
    tracker = Tracker(runtime.domain, story.events[:1])
    for event in story.events[1:]:
        if not is_action(event):
            if event["event"] == "user" and event["text"] and understand:
                yield from _misunderstood(event, understand(event["text"]))
            tracker.update(event)
            continue
        wanted = event["name"]
        predicted, policy = _predict(runtime, tracker, wanted)
        if predicted != wanted:
            yield f"after {_last(tracker)} '{wanted}' was expected, {policy} predicts '{predicted}'"
        tracker.update(action(wanted, policy))


def _predict(runtime: Runtime, tracker: Tracker, wanted: str) -> tuple[str, str]:
    """Return the predicted action and its policy; a form that may have refused is asked again."""
    predicted, policy = _once(runtime, tracker, wanted)
    if predicted != wanted and predicted == tracker.loop_name and predicted in tracker.domain.forms:
        tracker.update(rejected(predicted))
        return _once(runtime, tracker, wanted)
    return predicted, policy


def _once(runtime: Runtime, tracker: Tracker, wanted: str) -> tuple[str, str]:
    if actions_done(tracker) >= MOST_ACTIONS:
        return "nothing, after so many actions", "the runtime"
    prediction = runtime.predict(tracker)
    name = prediction.action
    if name != wanted and retrieves(name, tracker.domain):
        name = retrieved_name(name, tracker) or name
    return name, str(prediction.policy)


def _misunderstood(event: Event, found: Understanding) -> Iterator[str]:
    if found.intent != intent_of(event):
        yield f"{event['text']!r} is {intent_of(event)}, taken for {found.intent}"
    keys = ("entity", "value", "start", "end")
    wanted = [tuple(str(entity.get(key)) for key in keys) for entity in entities_of(event)]
    entities = [tuple(str(getattr(each, key)) for key in keys) for each in found.entities]
    if sorted(entities) != sorted(wanted):
        yield f"{event['text']!r} has entities {wanted}, found {entities}"


def _last(tracker: Tracker) -> str:
    message = tracker.message
    said = (message["text"] or f"/{intent_of(message)}") if message else "the beginning"
    done = "" if tracker.latest_action in (None, LISTEN) else f", '{tracker.latest_action}'"
    return f"{said!r}{done}"
