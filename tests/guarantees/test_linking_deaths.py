"""Die, or be cut off, at every call while two conversations are linked and cut again."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.guarantees.house import MINUTE
from tests.guarantees.linking import PHONE, LinkedHouse, address
from tests.guarantees.moments import Moment, at, die, fail

OLD_SIDE = ("One on the old side.", "Another on the old side.")
NEW_SIDE = ("Before the code it was.", "Right behind the code.")


def _prepared() -> tuple[LinkedHouse, str]:
    """Return a house in which somebody waits on WhatsApp and has a code; Telegram is older."""
    house = LinkedHouse(first_reply_minutes=10)
    house.asks("5", "I only look around.")
    house.now += MINUTE
    house.asks(PHONE, "I want a person please.")
    return house, house.code(PHONE)


def _link(house: LinkedHouse, code: str) -> None:
    """Let both sides write while the code is used."""
    house.writes("5", OLD_SIDE[0])
    house.writes(PHONE, NEW_SIDE[0])
    house.writes("5", f"Here is the code: {code}")
    house.writes(PHONE, NEW_SIDE[1])
    house.writes("5", OLD_SIDE[1])
    house.rest()


def _link_and_cut(house: LinkedHouse, code: str) -> None:
    """Let the younger side cut itself off again, and write on."""
    _link(house, code)
    house.writes(PHONE, "unlink")
    house.rest()
    house.writes(PHONE, "After the cut it is.")
    house.writes("5", "And this one stays.")
    house.rest()


SCENES = (_link, _link_and_cut)


def _moments(scene: Callable[[LinkedHouse, str], None], handler: str) -> list[Moment]:
    house, code = _prepared()
    before = len(house.moments.passed)
    scene(house, code)
    return [
        moment
        for moment in house.moments.passed[before:]
        if moment.handler == handler and not (moment.is_a_read and moment.when == "after")
    ]


@pytest.mark.parametrize("handler", ["converse", "deliver"])
@pytest.mark.parametrize("harm", [die, fail], ids=["killed", "cut off"])
@pytest.mark.parametrize("scene", SCENES)
def test_linking_and_cutting_may_end_at_any_call(
    scene: Callable[[LinkedHouse, str], None], harm: Callable[[], None], handler: str
) -> None:
    """Whatever dies when: each message once, one place in the queue, one conversation, no fault."""
    moments = _moments(scene, handler)
    assert len(moments) > 20
    for moment in moments:
        house, code = _prepared()
        house.moments.hook = at(moment, harm)
        scene(house, code)
        house.rest()
        assert moment in house.moments.passed
        _check(house, moment, cut=scene is _link_and_cut)


def _check(house: LinkedHouse, moment: Moment, *, cut: bool) -> None:
    assert not house.inbound_queue.groups, moment
    assert not house.outbound_queue.groups, moment
    written = Counter(house.own_texts("5") + house.own_texts(PHONE))
    expected = [*OLD_SIDE, *NEW_SIDE]
    expected += ["After the cut it is.", "And this one stays."] if cut else []
    assert all(written[text] == 1 for text in expected), (moment, written)
    assert max(written.values()) == 1, (moment, written)
    home, other = house.own("5"), house.own(PHONE)
    assert home.assignee == "queue", moment
    assert len(house.table.assigned("queue#default")) == 1, moment
    assert other.escalation is None, moment
    assert other.merged_into == ("" if cut else home.id), moment
    assert home.addresses == ((address("5"),) if cut else (address("5"), address(PHONE))), moment
    shown = house.shown("5") + house.shown(PHONE)
    assert "fault" not in shown, moment
    assert shown.count("linked_waiting") == 1 or _is_marked(house, "linked_waiting"), moment
    if cut:
        assert "re: After the cut it is." in house.shown(PHONE), moment


def _is_marked(house: LinkedHouse, text: str) -> bool:
    """Say whether the thread marks that a text may have gone out twice."""
    return any(
        message.content.text == text and message.id in record.unknown
        for record in house.records("5")
        for message in record.messages
    )
