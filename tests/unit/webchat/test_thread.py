"""Fetching what is new: complete, once, and cheap where nothing is."""

from conversation.message import Content
from tests.fakes import Faults
from tests.unit.webchat.house import House
from webchat.thread import PAGE


class Listing(Faults):
    """Write down every operation."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def before(self, op: str, name: str) -> None:
        """Be told of one."""
        self.names.append(name)


def _house_with(turns: int, faults: Faults | None = None) -> tuple[House, str, str]:
    house = House(faults=faults)
    token = house.visitor()
    address = house.address(token)
    for n in range(1, turns + 1):
        house.commit(address, [("bot", Content(text=f"{n}"))])
    return house, token, address


def test_what_is_decided_is_shown_before_it_is_flushed() -> None:
    """The pending turn is read from the conversation, and once only when its record is there."""
    house, token, address = _house_with(1)
    house.commit(address, [("bot", Content(text="2"))], flush=False)

    pending = house.call("GET", "messages", token=token).json
    house.commit(address, [("bot", Content(text="3"))])
    later = house.call("GET", f"messages?after={pending['cursor']}", token=token).json

    assert [m["text"] for m in pending["messages"]] == ["1", "2"]
    assert [m["text"] for m in later["messages"]] == ["3"]


def test_nothing_new_costs_one_read() -> None:
    """With the ETag of the last answer a poll reads the conversation item only, and gets 304."""
    listing = Listing()
    house, token, _ = _house_with(3, listing)
    etag = house.call("GET", "messages", token=token).headers["ETag"]
    listing.names.clear()

    answer = house.call("GET", "messages?after=3", token=token, If_None_Match=etag)

    assert (answer.status, answer.body) == (304, "")
    assert listing.names == ["conversation"]


def test_a_change_of_speaker_is_news() -> None:
    """A hand-over without a new message still changes the answer, and reads no records."""
    listing = Listing()
    house, token, address = _house_with(2, listing)
    etag = house.call("GET", "messages", token=token).headers["ETag"]
    house.write(house.conversation(address), assignee="queue")
    listing.names.clear()

    answer = house.call("GET", "messages?after=2", token=token, If_None_Match=etag)

    assert answer.status == 200
    assert answer.json["speaker"]["who"] == "waiting"
    assert answer.json["messages"] == []
    assert listing.names == ["conversation"]


def test_a_conversation_is_never_kept_by_a_cache() -> None:
    """What was said is not stored on the way."""
    house, token, _ = _house_with(1)

    assert house.call("GET", "messages", token=token).headers["Cache-Control"] == "no-store"


def test_a_long_conversation_comes_in_pages_without_a_gap() -> None:
    """A page that was away for long asks again until it has everything."""
    house, token, _ = _house_with(2 * PAGE + 5)
    texts: list[str] = []
    after, more = 0, True
    while more:
        thread = house.call("GET", f"messages?after={after}", token=token).json
        texts += [m["text"] for m in thread["messages"]]
        after, more = thread["cursor"], thread["more"]

    assert texts == [str(n) for n in range(1, 2 * PAGE + 6)]


def test_who_comes_back_sees_the_last_turns() -> None:
    """Without a cursor the newest page is shown, up to now."""
    house, token, _ = _house_with(PAGE + 5)

    thread = house.call("GET", "messages", token=token).json

    assert thread["after"] == 5
    assert thread["messages"][0]["text"] == "6"
    assert thread["messages"][-1]["text"] == str(PAGE + 5)
    assert thread["more"] is False


def test_a_page_that_knows_more_than_the_house_begins_anew() -> None:
    """After a conversation was erased and begun again, an old cursor hides nothing."""
    house, token, _ = _house_with(1)

    thread = house.call("GET", "messages?after=17", token=token).json

    assert thread["after"] == 0
    assert [m["text"] for m in thread["messages"]] == ["1"]


def test_a_long_text_is_shown_whole() -> None:
    """A text that was too long for the table comes from the archive."""
    house, token, address = _house_with(0)
    house.archive.put("texts/long.txt", b"Anfang und Ende")
    house.commit(address, [("agent", Content(text="Anfang", archive="texts/long.txt"))])

    thread = house.call("GET", "messages", token=token).json

    assert thread["messages"][0]["text"] == "Anfang und Ende"
