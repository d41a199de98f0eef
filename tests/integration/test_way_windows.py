"""WhatsApp's window in the running house: nothing in vain, and a template gets through."""

import time
import uuid
from typing import Any

import httpx

from pforte.house.house import House
from tests.way import Control, Desk, Phone

HOUR = 3_600_000


def _write(house: House, user: str, hours: int) -> tuple[Phone, Desk, int]:
    """Let somebody ask for a person, their message reaching us hours late; Anna takes over."""
    phone, desk = Phone(house, "whatsapp", user, "Spät Dran"), Desk(house)
    at = time.time_ns() // 1_000_000 - hours * HOUR
    phone.does(text="Ich möchte mit einem Menschen sprechen.", sent_at=at)
    desk.waits_for(phone.conversation)
    return phone, desk, desk.claim(phone.conversation)


def _post(desk: Desk, phone: Phone, what: str, epoch: int, **more: Any) -> httpx.Response:
    now = time.time_ns() // 1_000_000
    new = {"id": str(uuid.uuid4()), "epoch": epoch, "sent_at": now, **more}
    return desk.ask("POST", f"/conversations/{phone.conversation}/{what}", new)


def test_after_a_day_a_template_opens_the_way(house: House) -> None:
    """A free reply is a 409 that keeps the text; a template arrives; its answer opens the rest."""
    phone, desk, epoch = _write(house, "4917604069061", 25)
    [address] = desk.thread(phone.conversation)["head"]["reachable"]
    assert address["window"]["person"] < time.time_ns() // 1_000_000
    refused = _post(desk, phone, "replies", epoch, text="Ihr Zähler kommt am Montag.")
    assert (refused.status_code, refused.json()["title"]) == (409, "Window closed")
    drafts = desk.thread(phone.conversation)["drafts"]
    assert [draft["text"] for draft in drafts] == ["Ihr Zähler kommt am Montag."]
    joined = desk.entry(phone.conversation, "ist jetzt für Sie da", lambda _: True)
    assert (joined["state"], joined["reason"]) == ("failed", "window_closed")
    assert phone.answers() == []

    filled = {"name": "answer_ready", "language": "de", "values": ["Spät Dran", "SM-7KQ4-XD2M"]}
    assert _post(desk, phone, "templates", epoch, **filled).status_code == 202
    [shown] = phone.waits(lambda answers: len(answers) == 1, "the template")
    assert "Guten Tag Spät Dran, zu Ihrer Anfrage SM-7KQ4-XD2M" in shown["text"]
    assert [option["title"] for option in shown["options"]] == ["Antwort lesen"]
    entry = desk.entry(phone.conversation, "Spät Dran", lambda one: one["state"] == "read")
    assert entry["text"] == shown["text"]

    phone.does(button="Antwort lesen")
    desk.entry(phone.conversation, "Antwort lesen", lambda one: one["author"] == "customer")
    desk.reply(phone.conversation, epoch, "Ihr Zähler kommt am Montag.")
    phone.hears("Ihr Zähler kommt am Montag.")
    desk.resolve(phone.conversation, epoch)


def test_a_paused_template_is_shown_as_not_delivered(house: House) -> None:
    """What Meta refuses stands in the thread with its reason, and can be sent again later."""
    phone, desk, epoch = _write(house, "4917604069062", 30)
    control = Control(house)
    change = {"name": "answer_ready", "language": "en"}
    filled = {**change, "values": ["Spät Dran", "SM-1"]}
    control.post("/templates", {**change, "status": "PAUSED"})
    try:
        assert _post(desk, phone, "templates", epoch, **filled).status_code == 202
        failed = desk.entry(phone.conversation, "SM-1", lambda one: one["state"] == "failed")
    finally:
        control.post("/templates", {**change, "status": "APPROVED"})
    assert failed["reason"] == "template (132015)"
    assert _post(desk, phone, "templates", epoch, **filled).status_code == 202
    phone.hears("we now have an answer to your request SM-1")
    desk.resolve(phone.conversation, epoch)


def test_a_window_that_closed_earlier_than_we_thought(house: House) -> None:
    """The messenger has the last word: its refusal is shown, and a template still goes."""
    phone, desk, epoch = _write(house, "4917604069063", 2)
    phone.hears("ist jetzt für Sie da")
    Control(house).fail(phone, {"error": 131047, "later": True})
    desk.reply(phone.conversation, epoch, "Ihr Vertrag läuft bis Mai.")
    failed = desk.entry(phone.conversation, "läuft bis Mai", lambda one: one["state"] == "failed")
    assert failed["author"] == "agent"
    closed = _post(desk, phone, "replies", epoch, text="Noch einmal.")
    assert (closed.status_code, closed.json()["title"]) == (409, "Window closed")
    filled = {"name": "answer_ready", "language": "de", "values": ["Spät Dran", "SM-2"]}
    assert _post(desk, phone, "templates", epoch, **filled).status_code == 202
    phone.hears("SM-2")
    desk.resolve(phone.conversation, epoch)
