"""A file that is not kept: whoever sent it hears of it once, from whoever speaks for us."""

from typing import Any

import pytest

from conversation.event import FileRefused
from conversation.media import KIND, TOO_LARGE, UNSAFE
from converse.decide import new_conversation
from converse.linking import destination
from tests.guarantees.house import ANNA, MINUTE, House
from tests.guarantees.messenger import address
from tests.unit.converse.talk import claimed_house, new_house, sentence, waiting_house

DOCUMENT: dict[str, Any] = {
    "document": {"file_id": "d", "file_name": "Rechnung.zip", "file_size": 5}
}


def _refused(house: House, number: int = 1, reason: str = KIND, limit: int | None = None) -> None:
    event = FileRefused(
        id=f"file_refused:{number}",
        at=house.now,
        address=address("5"),
        reason=reason,
        limit=limit,
    )
    house.inbound.send(house.conversation_of(), event)


def _heard(house: House, before: int) -> list[str]:
    house.rest()
    return house.messenger.texts()[before:]


def test_it_is_told_right_behind_the_answer_to_its_message() -> None:
    """In the order of what happened, and a person is offered as with every file."""
    house = new_house()
    house.write("", **DOCUMENT)
    _refused(house)
    house.rest()
    cannot = sentence("cannot_read", what="ein Dokument")
    assert [text for _, text in house.said()][-2:] == [cannot, sentence("file_refused")]


@pytest.mark.parametrize(
    ("reason", "limit", "said"),
    [
        (KIND, None, sentence("file_refused")),
        (UNSAFE, None, sentence("file_refused")),
        (TOO_LARGE, 20_000_000, sentence("file_too_large", limit="20")),
        (TOO_LARGE, None, sentence("file_refused")),
    ],
)
def test_who_waits_is_told_what_works(reason: str, limit: int | None, said: str) -> None:
    """Whatever the reason is, a photo or a PDF does it."""
    house = waiting_house()
    before = len(house.messenger.texts())
    _refused(house, reason=reason, limit=limit)
    assert _heard(house, before) == [said]
    assert "PDF" in said


def test_it_is_told_in_the_customers_language() -> None:
    """Who writes English reads English."""
    house = new_house()
    house.ask("I would like to talk to a human, please.")
    before = len(house.messenger.texts())
    _refused(house)
    assert _heard(house, before) == [sentence("file_refused", "en")]


def test_several_files_are_told_of_once() -> None:
    """An album of them is one word; a quarter of an hour later it is another matter."""
    house = waiting_house()
    before = len(house.messenger.texts())
    for number in range(3):
        _refused(house, number)
    assert len(_heard(house, before)) == 1
    house.now += 15 * MINUTE
    _refused(house, 4)
    assert len(_heard(house, before)) == 2


def test_an_agent_says_it_themselves() -> None:
    """The bot is silent while a person has the conversation; the desk shows what happened."""
    house, epoch = claimed_house()
    before = len(house.messenger.texts())
    _refused(house)
    assert _heard(house, before) == []
    assert house.state().agent == ANNA.id
    assert house.state().epoch == epoch


def test_it_follows_its_address() -> None:
    """A conversation passes on what is about an address that belongs to another one by now."""
    event = FileRefused(id="file_refused:1", at=1, address=address("5"), reason=KIND)
    state = new_conversation("c" * 32, 1)
    assert destination(state, event) == ""
    onward = state.model_copy(update={"onward": {address("5"): "h" * 32}})
    assert destination(onward, event) == "h" * 32
