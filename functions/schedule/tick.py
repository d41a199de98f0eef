"""Do what is due, once a minute; every step may be repeated."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError

from conversation.event import CustomerEvent, DeadLetter, Event, Wake, event_from_json
from conversation.outgoing import outgoing_from_json
from conversation.ports import Archive, DeadMessage, Inbound, Outbound, Table
from conversation.turn import Delivery

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """What due work works with."""

    table: Table
    inbound: Inbound
    outbound: Outbound
    archive: Archive
    clock: Callable[[], int]


def tick(house: House) -> None:
    """Wake what is due and drain the dead-letter queues. Raises Unavailable."""
    due = house.table.due(house.clock())
    for conversation, moment in due.wakes:
        wake = Wake(id=f"wake:{conversation}:{moment}", at=moment, moment=moment)
        house.inbound.send(conversation, wake)
    for address in due.addresses:
        house.outbound.drain(address, house.clock())
    for message in house.inbound.dead():
        _revive_event(house, message)
    for message in house.outbound.dead():
        _revive_delivery(house, message)


def _revive_event(house: House, message: DeadMessage) -> None:
    """Send a dead event again: a customer's for a person, any other as it is."""
    try:
        event = event_from_json(message.body)
    except ValidationError:
        _set_aside(house, message)
    else:
        house.inbound.send(message.group, _for_a_person(event), again=message.id)
    house.inbound.bury(message)


def _for_a_person(event: Event) -> Event:
    if isinstance(event, CustomerEvent):
        return DeadLetter(id=f"dead:{event.id}", at=event.at, original=event)
    return event


def _revive_delivery(house: House, message: DeadMessage) -> None:
    """Send a dead delivery again, marked doubtful: `deliver` judges what became of it."""
    try:
        outgoing = outgoing_from_json(message.body)
    except ValueError:
        _set_aside(house, message)
    else:
        if isinstance(outgoing, Delivery):
            again = {"attempt": outgoing.attempt + 1, "doubtful": True}
            house.outbound.send(outgoing.model_copy(update=again))
    house.outbound.bury(message)


def _set_aside(house: House, message: DeadMessage) -> None:
    """Keep what cannot even be read, and say so where operators look."""
    key = f"dead/{hashlib.sha256(message.body.encode()).hexdigest()[:32]}"
    house.archive.put(key, message.body.encode())
    _log.error("dead letter cannot be read", extra={"kept": key, "dead_letter": message.id})
