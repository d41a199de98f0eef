"""The thread: what agents see of a conversation, and that it stays true."""

from typing import Any

import pytest

from conversation.address import Address
from conversation.message import Attachment, Button, Change, Content
from conversation.turn import ActionDone, Item
from desk.thread import RECENT
from tests.unit.desk.scenes import ANNA, JONAS, MINUTE, NOW, House


def _thread(house: House, id_: str, query: str = "", claims: Any = ANNA) -> dict[str, Any]:
    answer = house.ask("GET", f"/desk/api/conversations/{id_}{query}", claims=claims)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def _entries(house: House, id_: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _thread(house, id_, query)["entries"]
    return found


def test_the_head_tells_what_an_agent_must_know() -> None:
    """Who, since when, why, what the bot knows, where they can be reached, and who has it."""
    house = House()
    waiting = house.waiting(
        "Yusuf Demir",
        minutes=5,
        facts={"zaehler": "1ESY 44"},
    )
    head = _thread(house, waiting.id)["head"]
    assert (head["name"], head["language"], head["channel"]) == ("Yusuf Demir", "de", "whatsapp")
    assert (head["holder"], head["epoch"]) == ("queue", 2)
    assert head["reference"] == "SM-YUSU-2K7M"
    assert head["question"] == "Ist mein Zählerstand angekommen?"
    assert head["opened"] == NOW - 5 * MINUTE
    assert head["facts"] == [{"name": "zaehler", "titles": {}, "value": "1ESY 44"}]
    [address] = head["reachable"]
    assert (address["channel"], address["user"]) == ("whatsapp", "+49 171 ••• 042")
    assert (address["current"], address["blocked"]) == (True, False)
    assert "491711234042" not in str(_thread(house, waiting.id))


def test_what_the_bot_knows_has_the_titles_of_its_author() -> None:
    """A slot is named in every language that the bot gives it a title in, for any agent."""
    house = House()
    waiting = house.waiting("Yusuf", facts={"meter_number": "1ESY 44"}, language="en")
    [fact] = _thread(house, waiting.id)["head"]["facts"]
    assert fact["titles"] == {"de": "Zählernummer", "en": "Meter number"}


def test_who_has_it_is_told_by_name() -> None:
    """I see that I have it; a colleague sees my name, not my id."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.ask("POST", f"/desk/api/conversations/{waiting.id}/claim")
    assert _thread(house, waiting.id)["head"]["holder"] == "me"
    other = _thread(house, waiting.id, claims=JONAS)["head"]
    assert (other["holder"], other["holder_name"]) == ("other", "Anna Weber")
    house.said(waiting, "agent", "Guten Tag", agent="anna-1", event_id="reply:1")
    entry = _thread(house, waiting.id, claims=JONAS)["entries"][-1]
    assert (entry["agent"], entry["mine"], entry["event"]) == ("Anna Weber", False, "reply:1")
    assert _entries(house, waiting.id)[-1]["mine"] is True


@pytest.mark.parametrize(
    ("fields", "state", "more"),
    [
        ({}, "sending", {}),
        ({"state": "sent"}, "sent", {}),
        ({"state": "sent", "receipt": 2}, "delivered", {}),
        ({"state": "sent", "receipt": 3}, "read", {}),
        ({"receipt": 2}, "delivered", {}),
        ({"state": "sent", "receipt": 9}, "failed", {}),
        ({"state": "withdrawn"}, "withdrawn", {}),
        ({"state": "failed", "reasons": "window_closed"}, "failed", {"reason": "window_closed"}),
        ({"refused": "blocked"}, "failed", {"reason": "blocked"}),
        ({"state": "sent", "unknown": True}, "sent", {"doubtful": True}),
        ({"pending": True}, "sending", {}),
    ],
)
def test_never_a_wrong_sent(fields: dict[str, Any], state: str, more: dict[str, Any]) -> None:
    """An agent sees of every message what really became of it, and why it did not arrive."""
    house = House()
    waiting = house.waiting("Yusuf")
    id_ = f"{waiting.id}.1.00"
    if "reasons" in fields:
        fields = {**fields, "reasons": {id_: fields["reasons"]}}
    if "refused" in fields:
        fields = {**fields, "refused": {waiting.answer_to: fields["refused"]}}
    if "unknown" in fields:
        fields = {**fields, "unknown": (id_,)}
    house.said(waiting, "agent", "Guten Tag", agent="anna-1", **fields)
    [entry] = _entries(house, waiting.id)
    assert entry["state"] == state
    assert {key: entry[key] for key in more} == more


def test_the_web_chat_has_what_it_can_fetch() -> None:
    """What stands in the thread can be fetched by the web chat: nothing is on its way."""
    house = House()
    waiting = house.waiting("Ann", channel="webchat")
    house.said(waiting, "agent", "Hello", agent="anna-1")
    assert _entries(house, waiting.id)[0]["state"] == "sent"


def test_what_is_decided_is_shown_before_it_is_flushed() -> None:
    """A turn whose flush died is in the thread once, before and after; reading writes nothing."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(waiting, "customer", "eins")
    house.said(waiting, "customer", "zwei", pending=True)
    before = house.table.conversation(waiting.id)
    assert [entry["text"] for entry in _entries(house, waiting.id)] == ["eins", "zwei"]
    assert house.table.conversation(waiting.id) == before
    house.said(waiting, "customer", "drei")
    assert [entry["text"] for entry in _entries(house, waiting.id)] == ["eins", "drei"]


def test_a_first_pending_turn_is_shown() -> None:
    """A conversation whose only turn is pending is not empty."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(waiting, "customer", "hallo", pending=True)
    assert [entry["text"] for entry in _entries(house, waiting.id)] == ["hallo"]


def test_increments_bring_what_is_new_and_what_has_changed() -> None:
    """A poll reads the new turns and the last ones' states, not the whole thread again."""
    house = House()
    waiting = house.waiting("Yusuf")
    for n in range(RECENT + 20):
        house.said(waiting, "customer", f"Nachricht {n}")
    whole = _thread(house, waiting.id)
    assert len(whole["entries"]) == RECENT + 20
    assert whole["earlier"] is False
    sent = house.said(waiting, "agent", "Antwort", agent="anna-1")
    poll = f"?after={whole['sequence']}"
    part = _thread(house, waiting.id, poll)
    assert len(part["entries"]) == RECENT
    assert part["entries"][-1]["state"] == "sending"
    house.table.note_receipt(waiting.id, int(sent.id.split(".")[1]), sent.id, 3)
    again = _thread(house, waiting.id, f"?after={part['sequence']}")
    assert again["entries"][-1]["state"] == "read"


def test_an_unchanged_thread_is_not_sent_again() -> None:
    """A poll without change is answered 304."""
    house = House()
    waiting = house.waiting("Yusuf")
    path = f"/desk/api/conversations/{waiting.id}?after=0"
    tag = house.ask("GET", path).headers["ETag"]
    assert house.ask("GET", path, headers={"If-None-Match": tag}).status == 304
    house.said(waiting, "customer", "hallo")
    assert house.ask("GET", path, headers={"If-None-Match": tag}).status == 200


def test_a_long_history_comes_in_parts() -> None:
    """The newest turns come first; there is more, and it can be had."""
    house = House()
    waiting = house.waiting("Yusuf")
    for n in range(12):
        house.said(waiting, "customer", f"Nachricht {n}")
    part = _thread(house, waiting.id, "?limit=5")
    assert part["earlier"] is True
    assert [entry["text"] for entry in part["entries"]] == [f"Nachricht {n}" for n in range(7, 12)]


def test_edits_deletions_and_reactions_are_kept_with_their_message() -> None:
    """What the customer changed is shown where it was said, what it was before included.

    What was taken back is gone for agents too; that something was said is not.
    """
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(waiting, "customer", "Zähler 123", provider_id="a")
    house.said(waiting, "customer", "vertippt", provider_id="b")
    ours = house.said(waiting, "agent", "Danke", provider_ids={f"{waiting.id}.3.00": ("c",)})
    edit = Change(kind="edit", target="a")
    house.said(waiting, "customer", "Zähler 124", provider_id="e1", change=edit)
    house.said(waiting, "customer", change=Change(kind="delete", target="b"))
    house.said(waiting, "customer", change=Change(kind="reaction", target="c", emoji="👍"))
    first, second, third = _entries(house, waiting.id)
    assert (first["text"], first["before"]) == ("Zähler 124", ["Zähler 123"])
    assert (second["text"], second["deleted"]) == ("", True)
    assert (third["id"], third["reaction"]) == (ours.id, "👍")


def test_a_change_reaches_its_message_beyond_the_recent_ones() -> None:
    """An increment reads back to the message that an edit is about."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(waiting, "customer", "alt", provider_id="old")
    for n in range(RECENT + 5):
        house.said(waiting, "customer", f"Nachricht {n}")
    sequence = _thread(house, waiting.id)["sequence"]
    house.said(waiting, "customer", "neu", change=Change(kind="edit", target="old"))
    entries = _entries(house, waiting.id, f"?after={sequence}")
    assert (entries[0]["text"], entries[0]["before"]) == ("neu", ["alt"])


def test_a_change_of_what_is_gone_stands_for_itself() -> None:
    """A reaction to a message that we do not have is shown all the same."""
    house = House()
    waiting = house.waiting("Yusuf")
    change = Change(kind="reaction", target="nowhere", emoji="👍")
    house.said(waiting, "customer", change=change)
    [entry] = _entries(house, waiting.id)
    assert (entry["change"], entry["reaction"]) == ("reaction", "👍")


def test_everything_that_was_said_is_shown() -> None:
    """Buttons, attachments, unreadable kinds, notes for agents and actions are all there.

    Of actions only what did something: who takes over need not read what was checked or asked.
    """
    house = House()
    waiting = house.waiting("Yusuf")
    house.said(
        waiting, "bot", content=Content(text="Ja?", buttons=(Button(title="Ja", payload="/j"),))
    )
    photo = Attachment(kind="image", filename="zaehler.jpg")
    house.said(waiting, "customer", content=Content(attachments=(photo,), unreadable="poll"))
    house.said(waiting, "system", "blocked", address=None)
    done = (
        ActionDone(key="k1", action="action_book", result={}),
        ActionDone(key="k2", action="x"),
        ActionDone(key="k3", action="action_late", result={"failed": "no answer in 8.0 s"}),
        ActionDone(key="k4", action="validate_meter_reading_form", result={}),
        ActionDone(key="k5", action="action_ask_meter_number", result={}),
        ActionDone(key="k6", action="action_refuses", result={"rejected": True}),
    )
    house.said(waiting, "bot", "Erledigt", actions=done)
    bot, customer, note, _, first, second, third = _entries(house, waiting.id)
    assert bot["buttons"] == ["Ja"]
    assert (customer["attachments"][0]["filename"], customer["unreadable"]) == (
        "zaehler.jpg",
        "poll",
    )
    assert (note["internal"], note["state"]) == (True, "")
    assert (first["action"], first["done"]) == ("action_book", True)
    assert (second["action"], second["done"]) == ("x", False)
    assert (third["action"], third["done"]) == ("action_late", False)


def test_a_mail_that_begins_something_shows_its_subject() -> None:
    """What it is about stands above it; below an answer it would be said again and again."""
    house = House()
    waiting = house.waiting("Yusuf")
    for subject in ("Umzug", "AW: Umzug", "Re: Re: Umzug", ""):
        house.said(waiting, "customer", content=Content(text="x", subject=subject))
    shown = [entry["subject"] for entry in _entries(house, waiting.id)]
    assert shown == ["Umzug", "", "", ""]


def test_the_whole_of_a_long_text_can_be_read() -> None:
    """What was too long for the table is in the bucket, and only what was said is served."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.archive.put("texts/1", "Lieber Kundenservice …".encode())
    house.archive.put("secret", b"not a text")
    message = house.said(waiting, "customer", content=Content(text="Lieber", archive="texts/1"))
    assert _entries(house, waiting.id)[0]["long"] is True
    path = f"/desk/api/conversations/{waiting.id}/texts"
    assert house.ask("GET", f"{path}/{message.id}").json == {"text": "Lieber Kundenservice …"}
    for wrong in ("secret", f"{waiting.id}.9.00", f"{waiting.id}.x.00"):
        assert house.ask("GET", f"{path}/{wrong}").status == 404


def test_drafts_come_with_the_thread_to_their_agent_only() -> None:
    """What I was typing and what came back is there on every device; nobody else sees it."""
    house = House()
    waiting = house.waiting("Yusuf")
    path = f"/desk/api/conversations/{waiting.id}"
    assert house.ask("PUT", f"{path}/draft", {"text": "Guten T"}).status == 204
    back = Item(sk="D#anna-1#reply:7", body={"text": "zu spät", "at": NOW})
    house.table.put_item(waiting.id, back, 1)
    house.table.put_item(waiting.id, Item(sk="D#anna-12", body={"text": "fremd", "at": 1}), 1)
    assert _thread(house, waiting.id)["drafts"] == [
        {"id": "", "text": "Guten T", "attachments": []},
        {"id": "reply:7", "text": "zu spät", "attachments": []},
    ]
    assert _thread(house, waiting.id, claims=JONAS)["drafts"] == []
    house.said(waiting, "customer", "hallo")
    assert house.ask("DELETE", f"{path}/drafts/reply:7").status == 204
    assert house.ask("PUT", f"{path}/draft", {"text": ""}).status == 204
    assert _thread(house, waiting.id)["drafts"] == []


def test_an_unknown_conversation_is_not_found() -> None:
    """There is a clear answer for what does not exist, and for what is no id at all."""
    house = House()
    assert house.ask("GET", f"/desk/api/conversations/{'q' * 32}").status == 404
    assert house.ask("GET", "/desk/api/conversations/..%2f..").status in (400, 404)
    assert house.ask("GET", f"/desk/api/conversations/{'q' * 32}?after=-1").status == 400


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("whatsapp:1:4915112345678", "+49 151 ••• 678"),
        ("whatsapp:1:DE.AbCdEfGhIjKl", "••• jKl"),
        ("telegram:1:88123", "•••"),
        ("telegram:1:881234567", "••• 567"),
        ("webchat:1:abcdefghijk", ""),
        ("email:service@stadtwerke.example:erika.muster@gmx.example", "er•••@gmx.example"),
        ("email:service@stadtwerke.example:unknown", "••• own"),
    ],
)
def test_an_address_is_recognised_and_cannot_be_noted_down(address: str, shown: str) -> None:
    """Agents see enough to ask "the number ending in …?", and no more."""
    assert Address.parse(address).shown == shown


def test_words_from_another_app_are_told_as_such() -> None:
    """Somebody of ours, not known by name, and nothing of ours that is still to be sent."""
    house = House()
    waiting = house.waiting("Erika")
    house.said(waiting, "agent", "Wir rufen an.", elsewhere=True, provider_id="m_inbox")
    [entry] = _entries(house, waiting.id)
    assert (entry["author"], entry["elsewhere"], entry["state"]) == ("agent", True, "")
    assert (entry["agent"], entry["mine"]) == ("", False)


def test_what_was_taken_back_is_told_nowhere() -> None:
    """Neither an earlier wording, nor a file, nor the long form of a deleted message is left."""
    house = House()
    waiting = house.waiting("Yusuf")
    photo = Attachment(kind="image", filename="ausweis.jpg")
    long = Content(text="Meine IBAN", archive="texts/e.txt", attachments=(photo,))
    said = house.said(waiting, "customer", content=long, provider_id="a")
    house.archive.objects["texts/e.txt"] = b"Meine IBAN ist lang"
    whole = f"/desk/api/conversations/{waiting.id}/texts/{said.id}"
    assert house.ask("GET", whole).status == 200
    house.said(waiting, "customer", "Meine", change=Change(kind="edit", target="a"))
    house.said(waiting, "customer", change=Change(kind="delete", target="a"))
    [entry] = _entries(house, waiting.id)
    assert entry["deleted"]
    assert not any(entry[kept] for kept in ("text", "before", "attachments", "long"))
    assert house.ask("GET", whole).status == 404
    house.said(waiting, "customer", "Spät", change=Change(kind="edit", target="a"))
    assert _entries(house, waiting.id)[0]["text"] == ""
