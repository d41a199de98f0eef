"""A turn that links or cuts leaves nothing else undone: danger, who waits, whose words it is."""

import pytest

from converse.elsewhere import UNANSWERED
from tests.guarantees.house import HOUR, MINUTE, SECOND
from tests.guarantees.linking import PHONE, LinkedHouse, address
from tests.guarantees.messenger import page_event

PAGE_USER = "5200000000000001"
INBOX = 263902037430900


@pytest.fixture
def house() -> LinkedHouse:
    return LinkedHouse(first_reply_minutes=10)


def test_danger_comes_first_beside_a_code_as_well(house: LinkedHouse) -> None:
    """Whoever writes of danger gets the emergency number, whatever else the message is for."""
    house.asks("5", "What is the weather like?")
    shown = house.asks(PHONE, f"There is a fire! {house.code('5')}")
    assert shown[0] == (PHONE, "112!")
    assert (PHONE, "linked") in shown


@pytest.mark.parametrize("words", ["unlink", "Can we continue elsewhere?"])
def test_of_a_burst_from_two_addresses_each_word_counts_at_its_own(
    house: LinkedHouse, words: str
) -> None:
    """Who cuts, or asks for a code, is who wrote so, and not who wrote last."""
    house.asks("5", "What is the weather like?")
    house.asks(PHONE, house.code("5"))
    house.writes(PHONE, words)
    house.converse({house.conversation_of(PHONE, "whatsapp"): 1})
    house.writes("5", "And what is it like tomorrow?")
    before = len(house.messenger.taken)
    house.rest()
    shown = {(taken.address, taken.text.split()[0]) for taken in house.messenger.taken[before:]}
    answer = "unlinked" if words == "unlink" else "link_offer"
    assert shown == {(address(PHONE), answer), (address("5"), "re:")}


def test_who_waits_for_another_app_is_fetched_after_a_link_too(house: LinkedHouse) -> None:
    """A question that was left to the page's inbox comes into our queue in time all the same."""
    house.asks("5", "What is the weather like?")
    code = house.code("5")
    said = {"mid": "m_inbox", "is_echo": True, "text": "We will call you.", "app_id": INBOX}
    house.post(page_event(PAGE_USER, house.now, by_us=True, message=said))
    for number, words in enumerate(("When will you call?", code), start=1):
        house.now += SECOND
        message = {"mid": f"m_{number}", "text": words}
        assert house.post(page_event(PAGE_USER, house.now, message=message)) == 200
        house.rest()
    home = house.own("5")
    assert house.state(PAGE_USER, "messenger").merged_into == home.id
    assert home.timers[UNANSWERED] <= house.now + 15 * MINUTE
    house.now += HOUR
    house.rest()
    assert house.own("5").assignee == "queue"


def test_who_is_answered_in_another_app_is_asked_nothing_after_a_link(house: LinkedHouse) -> None:
    """The bot's open question ends with the link: a person speaks, and what follows is theirs."""
    house.asks("5", "Let me choose one, please.")
    code = house.code("5")
    assert house.own("5").question is not None
    said = {"mid": "m_inbox", "is_echo": True, "text": "We will call you.", "app_id": INBOX}
    house.post(page_event(PAGE_USER, house.now, by_us=True, message=said))
    house.now += SECOND
    house.post(page_event(PAGE_USER, house.now, message={"mid": "m_1", "text": code}))
    house.rest()
    assert house.state(PAGE_USER, "messenger").merged_into == house.own("5").id
    assert house.own("5").question is None
