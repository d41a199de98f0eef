"""The desk and messaging windows: told before one types, held when one sends, with a way out."""

from typing import Any

import pytest

from conversation.event import Reply, event_from_json
from conversation.message import Content
from conversation.template import FilledTemplate, Template
from conversation.window import DAY
from tests.unit.desk.scenes import FRONT_DOOR, JONAS, MINUTE, NOW, House, conversation_id

ID = "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e"
TEMPLATE = Template.model_validate(
    {
        "name": "answer_ready",
        "language": "de",
        "body": "Guten Tag {{1}}, es gibt Neues.",
        "parameters": [{"de": "Name", "en": "Name", "suggest": "name"}],
        "buttons": ["Lesen"],
    }
)
YUSUF = conversation_id("Yusuf")
PATH = f"/desk/api/conversations/{YUSUF}"


def _house(heard: int | None, channel: str = "whatsapp", **more: Any) -> House:
    """Return a house in which Anna has Yusuf, who wrote so long ago (ms)."""
    house = House(front_door=FRONT_DOOR.model_copy(update={"templates": (TEMPLATE,)}))
    address = f"{channel}:4930123:491711234042"
    known = {} if heard is None else {address: NOW - heard}
    house.waiting("Yusuf", channel=channel, heard=known, **more)
    assert house.ask("POST", f"{PATH}/claim").status == 200
    return house


def _reply(house: House, **more: Any) -> Any:
    body = {"id": ID, "epoch": 3, "text": "Guten Tag", "sent_at": NOW, **more}
    return house.ask("POST", f"{PATH}/replies", body)


def _template(house: House, **more: Any) -> Any:
    body = {"id": ID, "epoch": 3, "sent_at": NOW, "name": "answer_ready", "language": "de"}
    return house.ask("POST", f"{PATH}/templates", {**body, "values": ["Yusuf"], **more})


def _sent(house: House) -> list[Any]:
    return [event_from_json(message.body) for message in house.inbound_queue.receive()]


def _link(house: House, address: str, **fields: Any) -> None:
    """Let Yusuf be reached at another address too."""
    known = house.table.conversation(YUSUF)
    assert known is not None
    house.put(known.model_copy(update={"addresses": (*known.addresses, address), **fields}))


@pytest.mark.parametrize(
    ("channel", "window", "templates"),
    [
        ("whatsapp", {"anybody": NOW - MINUTE + DAY, "person": NOW - MINUTE + DAY}, True),
        ("messenger", {"anybody": NOW - MINUTE + DAY, "person": NOW - MINUTE + 7 * DAY}, False),
        ("telegram", None, False),
        ("webchat", None, False),
    ],
)
def test_the_head_tells_until_when(
    channel: str, window: dict[str, int] | None, templates: bool
) -> None:
    """Each address comes with the moments at which its window ends; they stay the same."""
    house = _house(MINUTE, channel)
    answer = house.ask("GET", PATH)
    [address] = answer.json["head"]["reachable"]
    assert (address["window"], address["templates"]) == (window, templates)
    house.now += 3 * DAY
    again = house.ask("GET", PATH, headers={"if-none-match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    ("channel", "heard", "status"),
    [
        ("whatsapp", DAY - 1, 202),
        ("whatsapp", DAY, 409),
        ("whatsapp", None, 202),
        ("messenger", DAY, 202),
        ("messenger", 7 * DAY - 1, 202),
        ("instagram", 7 * DAY, 409),
        ("telegram", 400 * DAY, 202),
    ],
)
def test_a_free_reply_ends_with_the_window(channel: str, heard: int | None, status: int) -> None:
    """A reply that the messenger would refuse is not taken: the agent is told, the text is kept."""
    house = _house(heard, channel)
    answer = _reply(house)
    assert answer.status == status
    drafts = [draft["text"] for draft in house.ask("GET", PATH).json["drafts"]]
    if status == 409:
        assert answer.json["title"] == "Window closed"
        assert "template" in answer.json["detail"]
        assert (_sent(house), drafts) == ([], ["Guten Tag"])
    else:
        assert ([event.text for event in _sent(house)], drafts) == (["Guten Tag"], [])


def test_another_address_is_a_way_out() -> None:
    """A reply may name another address of the customer, by a key that hides the number."""
    house = _house(DAY)
    _link(house, "telegram:stadtwerke_bot:7000000011")
    first, second = house.ask("GET", PATH).json["head"]["reachable"]
    assert (first["current"], second["current"], second["channel"]) == (True, False, "telegram")
    assert "7000000011" not in second["key"]
    assert _reply(house, to=first["key"]).status == 409
    assert _reply(house, to=second["key"]).status == 202
    [event] = _sent(house)
    assert event == Reply(
        id=f"reply:{ID}",
        at=NOW,
        agent="anna-1",
        epoch=3,
        text="Guten Tag",
        address="telegram:stadtwerke_bot:7000000011",
    )


def test_only_the_customers_own_open_addresses_are_taken() -> None:
    """A key of nobody's, and an address that blocked us, are a conflict; the text is kept."""
    house = _house(MINUTE)
    blocked = "telegram:stadtwerke_bot:7000000011"
    _link(house, blocked, blocked=(blocked,))
    keys = [address["key"] for address in house.ask("GET", PATH).json["head"]["reachable"]]
    for key in (keys[1], "1:telegram:••• 999", "7:telegram:••• 011", blocked):
        assert _reply(house, to=key).status == 409
    assert _sent(house) == []
    [draft] = house.ask("GET", PATH).json["drafts"]
    assert draft["text"] == "Guten Tag"


def test_a_template_goes_at_any_time() -> None:
    """Filled by the agent it is a reply like any other, with what the messenger needs of it."""
    house = _house(30 * DAY)
    [known] = house.ask("GET", "/desk/api/templates").json["templates"]
    assert (known["name"], known["language"]) == ("answer_ready", "de")
    assert known["parameters"] == [{"de": "Name", "en": "Name", "suggest": "name"}]
    assert _template(house).status == 202
    assert _sent(house) == [
        Reply(
            id=f"reply:{ID}",
            at=NOW,
            agent="anna-1",
            epoch=3,
            text="Guten Tag Yusuf, es gibt Neues.",
            address="whatsapp:4930123:491711234042",
            template=FilledTemplate(
                name="answer_ready", language="de", parameters=("Yusuf",), buttons=("Lesen",)
            ),
        )
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "unknown"},
        {"language": "en"},
        {"values": []},
        {"values": ["Yusuf", "Demir"]},
        {"values": [""]},
        {"values": ["Yusuf\nDemir"]},
    ],
)
def test_a_template_that_does_not_fit_is_not_sent(wrong: dict[str, Any]) -> None:
    """What Meta would refuse is a clear 400, and nothing is sent."""
    house = _house(DAY)
    answer = _template(house, **wrong)
    assert (answer.status, _sent(house)) == (400, [])
    assert answer.json["detail"]


def test_a_template_needs_a_messenger_that_knows_them() -> None:
    """On Messenger and Telegram there are none to send."""
    for channel in ("messenger", "telegram"):
        house = _house(30 * DAY, channel)
        assert (_template(house).status, _sent(house)) == (400, [])


def test_a_template_is_for_whoever_has_the_conversation() -> None:
    """Somebody else's template is a conflict."""
    house = _house(DAY)
    body = {"id": ID, "epoch": 3, "sent_at": NOW, "name": "answer_ready", "language": "de"}
    answer = house.ask("POST", f"{PATH}/templates", {**body, "values": ["Y"]}, claims=JONAS)
    assert (answer.status, _sent(house)) == (409, [])


def test_the_thread_shows_what_was_not_tried() -> None:
    """Words that a closed window kept back stand as not delivered, with the reason; no delivery."""
    house = _house(DAY)
    [joined] = house.ask("GET", PATH).json["entries"]
    assert (joined["state"], joined["reason"]) == ("failed", "window_closed")
    assert house.outbound_queue.receive() == []


def test_a_templates_buttons_are_shown() -> None:
    """An agent sees what the customer can tap."""
    house = _house(DAY)
    known = house.table.conversation(YUSUF)
    assert known is not None
    filled = FilledTemplate(name="answer_ready", language="de", buttons=("Lesen",))
    house.said(known, "agent", content=Content(text="Es gibt Neues.", template=filled))
    entry = house.ask("GET", PATH).json["entries"][-1]
    assert (entry["text"], entry["buttons"]) == ("Es gibt Neues.", ["Lesen"])
