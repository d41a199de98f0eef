"""Show who waits, and let contenders for the queue spread over it."""

from collections.abc import Container, Mapping
from random import Random
from typing import Any

from channels.registry import CHANNELS
from conversation.bot import FrontDoor
from conversation.model import Model
from conversation.ports import Waiting
from conversation.understanding import Language
from desk.agent import Agent
from desk.outside import Outside

ROWS = 50
CANDIDATES = 10
"""An agent is given one of the first so many, however many contend."""

AS_GOOD_AS_EQUAL = 60_000
"""Two who wait are due at the same time if it is within this (ms): rows show minutes."""


class Row(Model):
    """A conversation in a list; `summary` as `conversation.summary` wrote it."""

    conversation: str
    due: int
    team: str
    summary: dict[str, Any]


class Me(Model):
    """Who the agent is."""

    id: str
    name: str
    supervisor: bool


class Overview(Model):
    """All that the page asks for every two seconds; `waiting` counts beyond the rows shown.

    `teams` are the names of the queues, `channels` those of the messengers.
    """

    me: Me
    waiting: int
    queue: tuple[Row, ...]
    mine: tuple[Row, ...]
    teams: Mapping[str, Mapping[Language, str]]
    channels: Mapping[str, str]


def overview(outside: Outside, agent: Agent) -> Overview:
    """Return the queue, the longest due first, and the agent's own conversations."""
    table = outside.table
    count, rows = 0, list[Row]()
    for team in _teams(outside.voice.front_door):
        found = table.assigned(f"queue#{team}", ROWS)
        count += len(found) if len(found) < ROWS else table.waiting_count(f"queue#{team}")
        rows += [_row(waiting, team) for waiting in found]
    rows.sort(key=lambda row: row.due)
    return Overview(
        me=Me(id=agent.id, name=agent.name, supervisor="supervisors" in agent.groups),
        waiting=count,
        queue=tuple(rows[:ROWS]),
        mine=tuple(_row(waiting, "") for waiting in table.assigned(f"agent#{agent.id}", ROWS)),
        teams=outside.voice.front_door.teams,
        channels={name: channel.title for name, channel in CHANNELS.items()},
    )


def candidates(outside: Outside, gone: Container[str], spread: int) -> list[str]:
    """Return who is to be claimed first, next, and so on, without those found to be gone."""
    waiting = [
        row
        for team in _teams(outside.voice.front_door)
        for row in outside.table.assigned(f"queue#{team}", ROWS)
        if row.conversation not in gone
    ]
    waiting.sort(key=lambda row: row.due)
    return [
        row.conversation for row in in_fair_disorder(waiting[:CANDIDATES], outside.random, spread)
    ]


def in_fair_disorder(waiting: list[Waiting], random: Random, spread: int = 1) -> list[Waiting]:
    """Order by `due`, give or take `spread` minutes, differently for each contender.

    They do not all run at the first entry, and nobody is passed over by one who is due more than
    that later.
    """
    width = spread * AS_GOOD_AS_EQUAL
    jittered = [(row.due + random.random() * width, row) for row in waiting]
    return [row for _, row in sorted(jittered, key=lambda entry: entry[0])]


def _teams(front_door: FrontDoor) -> list[str]:
    return sorted({*front_door.teams, *front_door.team_by_intent.values(), front_door.default_team})


def _row(waiting: Waiting, team: str) -> Row:
    return Row(
        conversation=waiting.conversation, due=waiting.due, team=team, summary=waiting.summary
    )
