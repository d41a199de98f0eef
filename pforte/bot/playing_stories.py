"""Play the user's side of Rasa's test stories for real, and compare the actions that were done."""

import json
from collections.abc import Iterator, Sequence

from conversation.message import Content
from dialogue.runtime.events import (
    LISTEN,
    SESSION_START,
    Event,
    entities_of,
    intent_of,
    is_action,
)
from dialogue.teaching.trackers import StoryTracker
from pforte.bot.stage import BETWEEN, Difference, Played, Stage, timed
from pforte.bot.talk import Talk


def play_story(stage: Stage, story: StoryTracker) -> Played:
    """Play the user's side of a test story, and compare the actions that were done."""
    place = story.node.place if story.node else ""
    return timed(Played(story.name, place), _story_differences(stage, story, place))


def _story_differences(stage: Stage, story: StoryTracker, place: str) -> Iterator[Difference]:
    talk = stage.talk(f"{place}.{story.name}")
    for message, wanted in _exchanges(story.events):
        stage.wait(talk, BETWEEN)
        text = message["text"]
        if text and not text.startswith("/"):
            talk.write(Content(text=text))
        else:
            text = _payload(message)
            talk.mean(text)
        done = _actions_now(talk)
        if done != wanted:
            found = (" → ".join(done) or "nothing", *talk.failed)
            yield Difference(place, repr(text), " → ".join(wanted) or "nothing", found)
            return


def _exchanges(events: Sequence[Event]) -> Iterator[tuple[Event, list[str]]]:
    """Yield each message of a story, and the actions after it."""
    places = [index for index, event in enumerate(events) if event["event"] == "user"]
    for begin, end in zip(places, [*places[1:], len(events)], strict=True):
        yield events[begin], [e["name"] for e in events[begin:end] if _is_done(e)]


def _payload(message: Event) -> str:
    """Return a message without a text, or with a payload as text, as an option means it."""
    entities = {each["entity"]: each["value"] for each in entities_of(message)}
    return f"/{intent_of(message)}" + (json.dumps(entities) if entities else "")


def _actions_now(talk: Talk) -> list[str]:
    """Return the actions that were done in the turn that just ended."""
    return [event["name"] for event in talk.events_now if _is_done(event)]


def _is_done(event: Event) -> bool:
    return is_action(event) and event["name"] not in (LISTEN, SESSION_START)
