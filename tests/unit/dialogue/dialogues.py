"""Write small Rasa-format bots and talk to them, with custom actions as functions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dialogue.runtime.calls import Act, Call, Result, Turn
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.events import Event, said
from dialogue.runtime.payload import read_payload
from dialogue.runtime.tracker import Tracker
from dialogue.teaching.bot import Taught, teach
from pforte.bot.replay import carry_out


def write(folder: Path, domain: str, rules: str = "", stories: str = "", config: str = "") -> Path:
    """Write a bot's files; each text is what stands below its version."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, text in (("domain", domain), ("data/rules", rules), ("data/stories", stories)):
        (folder / f"{name}.yml").write_text(f'version: "3.1"\n{text}', "utf-8")
    (folder / "config.yml").write_text(config, "utf-8")
    return folder


def taught(
    folder: Path, domain: str, rules: str = "", stories: str = "", config: str = ""
) -> Taught:
    """Write a bot and learn it."""
    return teach(write(folder, domain, rules, stories, config))


class Talk:
    """A conversation with a bot; messages come a minute apart unless told otherwise."""

    def __init__(self, runtime: Runtime, actions: Mapping[str, Act | Result] | None = None) -> None:
        self.tracker = Tracker(runtime.domain)
        self.calls: list[Call] = []
        self.now = 0.0
        self._runtime = runtime
        self._actions = actions or {}

    def say(self, text: str, *, after: float = 60.0, message: Event | None = None) -> list[Event]:
        """Say something; returns the events of the turn, without those for learnt policies."""
        before = len(self.tracker.events)
        self.now += after
        heard = message or read_payload(text, self._runtime.domain) or said(text, None)
        doing = self._runtime.handle(self.tracker, heard, Turn(), self.now)
        carry_out(doing, self._answer)
        events = self.tracker.events[before:]
        return [event for event in events if event["event"] != "user_featurization"]

    def hear(self, text: str, **more: Any) -> list[str | None]:
        """Say something; returns the texts that the bot answers."""
        return [event["text"] for event in self.say(text, **more) if event["event"] == "bot"]

    def do(self, text: str, **more: Any) -> list[str]:
        """Say something; returns the actions that follow."""
        return [event["name"] for event in self.say(text, **more) if event["event"] == "action"]

    def slots(self) -> dict[str, Any]:
        """Return the slots that are set."""
        return {name: value for name, value in self.tracker.slots.items() if value is not None}

    def _answer(self, call: Call) -> Result:
        self.calls.append(call)
        answer = self._actions.get(call.name, {})
        return answer(call) if callable(answer) else answer


def kinds(events: list[Event]) -> list[str]:
    """Return events in short: type and name, `slot size=big`, `action utter_greet`."""
    short = []
    for event in events:
        name = f" {event['name']}" if "name" in event else ""
        value = f"={event['value']}" if event["event"] == "slot" else ""
        short.append(f"{event['event']}{name}{value}")
    return short
