"""Webhook bodies that others recorded, read a second time by a plain walk over their JSON.

The recordings are not part of the project; without them these tests are skipped.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from channels.registry import CHANNELS

ACCOUNT = "4711"


class Told(NamedTuple):
    """What the raw body says of a customer's message."""

    id: str
    address: str
    sent_at: str | None
    text: str


def recordings(channel: str, root: Path) -> Iterator[tuple[Path, int]]:
    """Return the files of a channel with the number of messages that an agent must see."""
    for line in (root / "payloads" / "index.tsv").read_text().splitlines():
        file, _, expected, *_ = line.split("\t")
        if file.startswith(f"{channel}/"):
            yield root / "payloads" / file, int(expected)


def seconds(value: Any) -> str:
    return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whatsapp_text(raw: Any) -> str:
    kind = raw["type"]
    part = raw.get(kind, {})
    if kind == "interactive":
        reply = part.get(part.get("type"), {})
        return str(reply.get("title") or reply.get("body") or "")
    if isinstance(part, list):
        return ""
    return str(part.get("body") or part.get("caption") or part.get("text") or "")


def whatsapp_walk(body: Any) -> list[Told]:
    told = {}
    for entry in body["entry"]:
        for change in entry["changes"]:
            for raw in change["value"].get("messages", []):
                if raw["type"] in {"reaction", "edit", "revoke", "system"}:
                    continue
                own = change["value"]["metadata"]["phone_number_id"]
                told[raw["id"]] = Told(
                    raw["id"],
                    f"whatsapp:{own}:{raw['from']}",
                    seconds(raw["timestamp"]),
                    whatsapp_text(raw),
                )
    return list(told.values())


def telegram_walk(body: Any) -> list[Told]:
    if tap := body.get("callback_query"):
        chat = tap["message"]["chat"]["id"]
        return [Told(tap["id"], f"telegram:{ACCOUNT}:{chat}", None, tap["data"])]
    if raw := body.get("message"):
        return [
            Told(
                str(raw["message_id"]),
                f"telegram:{ACCOUNT}:{raw['chat']['id']}",
                seconds(raw["date"]),
                raw.get("text", raw.get("caption", "")),
            )
        ]
    return []


def moment(value: Any) -> str | None:
    """Return ISO 8601 in UTC of milliseconds, of seconds, or of a date with its time."""
    if value is None:
        return None
    if "T" in str(value):
        told = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
        return told.strftime("%Y-%m-%dT%H:%M:%SZ")
    number = int(value)
    rest = number % 1000 if number > 10**12 else 0
    whole = seconds(number // 1000 if number > 10**12 else number)
    return whole.replace("Z", f".{rest:03}Z") if rest else whole


def platform_walk(channel: str, body: Any) -> list[Told]:
    told = []
    for entry in body["entry"]:
        for raw in entry.get("messaging", []):
            part = raw.get("message") or raw.get("postback")
            if not part or part.get("is_echo") or part.get("is_deleted"):
                continue
            told.append(
                Told(
                    part.get("mid"),
                    f"{channel}:{raw['recipient']['id']}:{raw['sender']['id']}",
                    moment(raw["timestamp"]),
                    part.get("text") or part.get("title") or part.get("payload") or "",
                )
            )
    return told


WALKS: dict[str, Callable[[Any], list[Told]]] = {
    "whatsapp": whatsapp_walk,
    "telegram": telegram_walk,
    "messenger": partial(platform_walk, "messenger"),
    "instagram": partial(platform_walk, "instagram"),
}


@pytest.mark.parametrize("channel", WALKS)
def test_every_recorded_body_has_its_messages(channel: str, pforte_shared: Path) -> None:
    """As many messages as an agent must see, no more, none of them with nothing to show."""
    for file, expected in recordings(channel, pforte_shared):
        events = CHANNELS[channel].parse(file.read_bytes(), {}, ACCOUNT)
        messages = [event for event in events if event.kind == "message"]
        assert len(messages) == expected, file
        for event in messages:
            content = event.content
            assert content is not None, file
            assert content.text or content.attachments or content.unreadable, file
            assert event.to_json(), file


@pytest.mark.parametrize("channel", WALKS)
def test_the_command_tells_what_stands_in_the_body(channel: str, pforte_shared: Path) -> None:
    """`pforte parse --json` gives ids, addresses, times and texts as a plain walk finds them."""
    files = [file for file, _ in recordings(channel, pforte_shared)]
    command = [sys.executable, "-m", "pforte", "parse", channel, *map(str, files)]
    done = subprocess.run(
        [*command, "--json", "--account", ACCOUNT], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["file"] for line in lines} == {str(file) for file in files}
    for file in files:
        told = [
            Told(line["id"], line["address"], line["sent_at"], line["text"])
            for line in lines
            if line["file"] == str(file) and line["event"] == "message"
        ]
        assert told == WALKS[channel](json.loads(file.read_bytes())), file
