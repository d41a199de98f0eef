"""Edits, deletions, reactions and blocks are kept with their message and act as they should."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.gateway import http_event
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import MINUTE, House
from tests.guarantees.messenger import PAGE, telegram_event, whatsapp_event, whatsapp_message


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _chat() -> dict[str, Any]:
    return {"id": 5, "type": "private"}


def _edit(house: House, message_id: int, text: str, update: int) -> dict[str, Any]:
    edited = {
        "message_id": message_id,
        "from": {"id": 5},
        "chat": _chat(),
        "date": house.now // 1000,
        "edit_date": house.now // 1000,
        "text": text,
    }
    return telegram_event({"update_id": update, "edited_message": edited})


def _membership(house: House, status: str, update: int) -> dict[str, Any]:
    change = {
        "chat": _chat(),
        "from": {"id": 5},
        "date": house.now // 1000,
        "old_chat_member": {"status": "member", "user": {"id": 1}},
        "new_chat_member": {"status": status, "user": {"id": 1}},
    }
    return telegram_event({"update_id": update, "my_chat_member": change})


def test_edits_are_kept_with_what_they_edit_and_not_answered(house: House) -> None:
    """Both wordings stand in the thread; two edits of one message are two, a repeat is none."""
    house.ask("When do you open?")
    said = house.messenger.texts()
    [original] = [m for m in house.thread() if m.author == "customer"]
    first = _edit(house, int(original.provider_id), "When do you close?", 501)
    second = _edit(house, int(original.provider_id), "When do you close today?", 502)
    for event in (first, second, first):
        assert house.post(event) == 200
        house.rest()
        house.now += 6 * MINUTE
    changes = [m for m in house.thread() if m.change is not None]
    assert [m.content.text for m in changes] == ["When do you close?", "When do you close today?"]
    assert {(m.change.kind, m.change.target) for m in changes if m.change} == {
        ("edit", original.provider_id)
    }
    assert house.messenger.texts() == said


def test_a_reaction_is_kept_with_our_message(house: House) -> None:
    """What the customer thinks of an answer stands at that answer; nobody answers a thumb."""
    house.ask("When do you open?")
    said = house.messenger.texts()
    reaction = {
        "chat": _chat(),
        "user": {"id": 5},
        "message_id": 900_002,
        "date": house.now // 1000,
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}],
    }
    assert house.post(telegram_event({"update_id": 600, "message_reaction": reaction})) == 200
    house.rest()
    [kept] = [m for m in house.thread() if m.change is not None]
    assert kept.change is not None
    assert (kept.change.kind, kept.change.target, kept.change.emoji) == ("reaction", "900002", "👍")
    assert ("900002",) in house.records()[0].provider_ids.values()
    assert house.messenger.texts() == said


def test_a_deletion_is_kept_with_its_message(house: House) -> None:
    """WhatsApp tells which message was taken back."""
    text = {"body": "My number is 4711, by the way."}
    asked = whatsapp_message("49170", 1, house.now, type="text", text=text)
    assert house.post(whatsapp_event({"messages": [asked]})) == 200
    house.rest()
    said = house.messenger.texts()
    revoked = whatsapp_message(
        "49170", 2, house.now, type="revoke", revoke={"original_message_id": "wamid.1"}
    )
    assert house.post(whatsapp_event({"messages": [revoked]})) == 200
    house.rest()
    [kept] = [m for m in house.thread("49170", "whatsapp") if m.change is not None]
    assert kept.change is not None
    assert (kept.change.kind, kept.change.target) == ("delete", "wamid.1")
    assert house.messenger.texts() == said


def test_who_blocks_us_is_not_written_to(house: House) -> None:
    """A block stands in the thread; what is said then is shown as not delivered, not sent."""
    house.ask("I want a person please.")
    epoch = house.claim().epoch
    house.rest()
    assert house.post(_membership(house, "kicked", 700)) == 200
    house.rest()
    calls = house.messenger.calls
    house.reply("Good morning.", epoch)
    house.rest()
    assert house.messenger.calls == calls
    notes = [m.content.text for m in house.thread() if m.address is None]
    assert notes == ["blocked"]
    [reply] = [m for m in house.thread() if m.author == "agent"]
    assert reply.unsent == "blocked"


@pytest.mark.parametrize("by", ["membership", "message"])
def test_who_allows_us_again_is_written_to(house: House, by: str) -> None:
    """Unblocked by word of the messenger, or by writing again."""
    house.ask("When do you open?")
    house.post(_membership(house, "kicked", 700))
    house.rest()
    assert house.state().blocked
    if by == "membership":
        house.post(_membership(house, "member", 701))
        house.rest()
        assert not house.state().blocked
    assert house.ask("And on Sundays?") == ["re: And on Sundays?"]
    assert not house.state().blocked


def test_a_block_before_any_message_makes_no_noise(house: House) -> None:
    """Who starts the bot and leaves without a word is known, and nothing is sent."""
    assert house.post(_membership(house, "kicked", 700)) == 200
    house.rest()
    assert house.messenger.calls == 0
    assert house.state().assignee == "bot"


def test_an_edit_of_something_before_our_time_is_kept(house: House) -> None:
    """The first thing that we hear of somebody may be an edit."""
    assert house.post(_edit(house, 3, "When do you close?", 501)) == 200
    house.rest()
    assert house.written() == ["When do you close?"]
    assert house.messenger.calls == 0
    assert house.ask("When do you open?") == ["disclosure", "re: When do you open?"]


def test_what_does_not_say_whose_it_is_is_kept_and_wakes_nobody(house: House) -> None:
    """A reaction without a sender belongs to no conversation: 200, kept raw, and no dead letter."""
    _is_kept_only(house, {"reaction": {"mid": "m_1", "action": "unreact"}})


def test_an_id_that_is_no_key_is_kept_and_wakes_nobody(house: House) -> None:
    """The database would refuse it each time anew: 200, kept raw, and no dead letter."""
    said = {"message": {"mid": "m", "text": "Hi"}}
    _is_kept_only(house, {"sender": {"id": "9" * 600}, **said})
    _is_kept_only(house, {"sender": {"id": "5"}, **said}, page="1:2")


def _is_kept_only(house: House, part: dict[str, Any], page: str = PAGE) -> None:
    raw = json.dumps({"object": "page", "entry": [{"id": page, "messaging": [part]}]}).encode()
    digest = hmac.new(b"m-secret", raw, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={digest}"}
    assert house.post(http_event("POST", f"/webhooks/messenger/{PAGE}", raw, headers)) == 200
    assert [key for key in house.archive.objects if key.startswith("raw/messenger/")]
    assert house.inbound_queue.receive() == []
