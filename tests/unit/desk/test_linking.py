"""A merged conversation leads to the one that survives, and its agent's words are not lost."""

from uuid import uuid4

from conversation.conversation import Conversation
from conversation.event import Cut, Reply, event_from_json
from conversation.link import Link
from conversation.message import Content, Message
from conversation.turn import Turn, TurnRecord
from desk.routes import API
from tests.unit.desk.scenes import House, conversation_id

HOME = conversation_id("yusuf")
MERGED = conversation_id("karla")
TELEGRAM = "telegram:house_bot:123456"
WHATSAPP = "whatsapp:100:4917600000001"


def _said(house: House, conversation: str, sequence: int, text: str, address: str) -> Turn:
    message = Message(
        id=f"{conversation}.{sequence}.00",
        author="customer",
        address=address,
        content=Content(text=text),
        sent_at=house.now,
    )
    turn = Turn(
        sequence=sequence,
        at=house.now,
        newest=house.now,
        event_ids=(f"e{sequence}",),
        messages=(message,),
    )
    house.table.put_record(TurnRecord.of(conversation, turn))
    return turn


def _linked() -> House:
    """A conversation on Telegram that took one on WhatsApp in with its second turn."""
    house = House()
    _said(house, HOME, 1, "first on Telegram", TELEGRAM)
    _said(house, MERGED, 1, "before on WhatsApp", WHATSAPP)
    _said(house, HOME, 2, "the turn of the link", TELEGRAM)
    last = _said(house, HOME, 3, "after the link", WHATSAPP)
    link = Link(
        conversation=MERGED, address=WHATSAPP, epoch=2, theirs=1, last=1, since=2, at=house.now
    )
    house.put(
        Conversation(
            id=HOME,
            created=1,
            sequence=3,
            addresses=(TELEGRAM, WHATSAPP),
            answer_to=WHATSAPP,
            links=(link,),
            pending=last,
        )
    )
    house.put(
        Conversation(
            id=MERGED,
            created=2,
            sequence=1,
            addresses=(WHATSAPP,),
            answer_to=WHATSAPP,
            merged_into=HOME,
            last_own=1,
        )
    )
    return house


def test_the_thread_of_a_merged_conversation_is_the_survivors() -> None:
    """The page notices by the head's id; what was said before stands before the link, marked."""
    house = _linked()
    shown = house.ask("GET", f"{API}/conversations/{MERGED}").json
    assert shown["head"]["conversation"] == HOME
    assert [(e["text"], e["earlier"]) for e in shown["entries"]] == [
        ("first on Telegram", ""),
        ("before on WhatsApp", "whatsapp"),
        ("the turn of the link", ""),
        ("after the link", ""),
    ]


def test_what_was_said_before_is_not_sent_with_every_increment() -> None:
    """A page that has the turn of the link has what stood before it."""
    house = _linked()
    shown = house.ask("GET", f"{API}/conversations/{HOME}?after=2").json
    assert "before on WhatsApp" not in [entry["text"] for entry in shown["entries"]]


def test_an_agent_cuts_a_linked_address_off_and_no_other() -> None:
    """The event goes to the conversation that the address came from; the first one cannot leave."""
    house = _linked()
    first, second = house.ask("GET", f"{API}/conversations/{HOME}").json["head"]["reachable"]
    assert (first["linked_at"], second["linked_at"]) == (None, house.now)
    for key, status in ((first["key"], 409), (second["key"], 202), ("7:telegram:x", 409)):
        body = {"id": str(uuid4()), "address": key}
        assert house.ask("POST", f"{API}/conversations/{HOME}/cuts", body).status == status
    [received] = house.inbound_queue.receive()
    assert received.group == MERGED
    assert isinstance(event_from_json(received.body), Cut)


def test_what_is_typed_in_a_merged_conversation_is_kept_where_it_goes_on() -> None:
    """The draft is the survivor's; a reply goes the way of all events, and order decides."""
    house = _linked()
    assert house.ask("PUT", f"{API}/conversations/{MERGED}/draft", {"text": "Guten"}).status == 204
    drafts = house.ask("GET", f"{API}/conversations/{HOME}").json["drafts"]
    assert [draft["text"] for draft in drafts] == ["Guten"]
    reply = {"id": str(uuid4()), "epoch": 1, "text": "Guten Tag", "sent_at": 1}
    assert house.ask("POST", f"{API}/conversations/{MERGED}/replies", reply).status == 202
    [received] = house.inbound_queue.receive()
    assert received.group == MERGED
    assert isinstance(event_from_json(received.body), Reply)
