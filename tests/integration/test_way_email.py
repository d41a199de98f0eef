"""E-mail in the running house: asked and answered, handed over, once, never program to program."""

import json
import uuid
from typing import Any

from pforte.house.house import House
from tests.unit.media.samples import png
from tests.way import Control, Desk, Phone

ANSWER = "Kundenzentrum am Marktplatz"
OURS = "service@musterstadt.example"


def _customer(house: House, name: str) -> Phone:
    return Phone(house, "email", f"{name}@kunde.example", name.capitalize())


def _header(entry: dict[str, Any]) -> dict[str, str]:
    """Return the header of a mail of the house, names in lower case."""
    found: dict[str, str] = json.loads(entry["payload"])["header"]
    return found


def test_a_question_is_answered_once_in_its_thread(house: House) -> None:
    """One mail answers one mail, under it; SES's call repeated gets no other."""
    phone, desk = _customer(house, "frage"), Desk(house)
    written = phone.does(
        raw={
            "text": "Guten Tag,\n\nwann haben Sie geöffnet?\n\nViele Grüße\nFrauke Frage",
            "fields": {"Subject": "Öffnungszeiten"},
        }
    )
    [answer] = phone.hears(ANSWER)
    header = _header(answer)
    assert header["subject"] == "Re: Öffnungszeiten"
    assert header["in-reply-to"] == header["references"] == written["provider_id"]
    assert header["from"] == f"Stadtwerke Musterstadt <{OURS}>"
    assert header["auto-submitted"] == "auto-replied"
    assert phone.repeat(written["provider_id"], 5) == ["202"] * 5
    phone.writes("Welche Tarife gibt es für Strom?")
    second = phone.hears("MusterFlex")[-1]
    assert second["text"].count("MusterFlex") >= 1
    assert _header(second)["references"].split()[0] == written["provider_id"]
    heard = phone.answers()
    assert sum(ANSWER in said["text"] for said in heard) == 1
    desk.entry(phone.conversation, ANSWER, lambda entry: entry["state"] == "delivered")
    assert desk.said(phone.conversation, "customer")[-1] == "Welche Tarife gibt es für Strom?"


def test_a_person_takes_over_and_answers_in_the_thread(house: House) -> None:
    """A person on request, a photo for them; their words thread and are no automatic mail."""
    phone, desk = _customer(house, "mensch"), Desk(house)
    phone.writes("Ich möchte mit einem Menschen sprechen.")
    phone.hears("Ihre Vorgangsnummer")
    photo = phone.does(photo="Das ist mein Zähler.")
    desk.waits_for(phone.conversation)
    epoch = desk.claim(phone.conversation)
    seen = desk.entry(phone.conversation, "Das ist mein Zähler", lambda e: e["attachments"])
    assert [part["kind"] for part in seen["attachments"]] == ["image"]
    desk.reply(phone.conversation, epoch, "Guten Tag, ich sehe Ihren Zähler. Größe? 🙂")
    reply = phone.hears("ich sehe Ihren Zähler")[-1]
    assert reply["text"] == "Guten Tag, ich sehe Ihren Zähler. Größe? 🙂"
    assert "auto-submitted" not in _header(reply)
    assert _header(reply)["in-reply-to"] == photo["provider_id"]
    plan = str(uuid.uuid4())
    headers = {"Content-Type": "image/png", "X-File-Name": "Plan.png"}
    path = f"/conversations/{phone.conversation}/files/{plan}"
    answer = desk.put(path, png(40, 30), headers)
    assert answer.is_success, answer.text
    desk.reply(phone.conversation, epoch, "So sieht er aus.", [plan])
    shown = phone.hears("So sieht er aus")[-1]
    assert (shown["kind"], shown["filename"]) == ("photo", "Plan.png")
    desk.resolve(phone.conversation, epoch)


def test_a_burst_gets_one_answer(house: House) -> None:
    """A greeting and a question right behind it are one turn with one mail.

    SES tells of each mail by a call of its own, which waits for nobody: on a machine that does
    other work the second may be too late to be of one burst. Of ten customers, one is in time.
    """
    assert any(_gets_one_answer(_customer(house, f"schwall{number}")) for number in range(10))


def _gets_one_answer(phone: Phone) -> bool:
    """Write a burst and, once it is answered, a question; say whether two mails came in all."""
    phone.writes("hallo")
    phone.writes("Wann haben Sie geöffnet?")
    phone.hears(ANSWER)
    phone.writes("Welche Tarife gibt es für Strom?")
    heard = phone.hears("MusterFlex")
    return [ANSWER in said["text"] for said in heard] == [True, False]


def test_automatic_mail_is_seen_and_not_answered(house: House) -> None:
    """Who is away until Monday is seen at the desk; nobody is written to for it."""
    phone, desk = _customer(house, "abwesend"), Desk(house)
    phone.writes("Wann haben Sie geöffnet?")
    phone.hears(ANSWER)
    away = {"Auto-Submitted": "auto-replied", "Subject": "Automatische Antwort: Re: Frage"}
    phone.does(raw={"text": "Ich bin bis Montag nicht da.", "fields": away})
    desk.entry(phone.conversation, "bis Montag", lambda entry: entry["author"] == "customer")
    phone.writes("Welche Tarife gibt es für Strom?")
    heard = phone.hears("MusterFlex")
    assert len(heard) == 2


def test_what_ses_finds_bad_reaches_nobody(house: House) -> None:
    """A virus and spam are kept away from people and bot; the next mail is answered."""
    phone, desk = _customer(house, "boese"), Desk(house)
    phone.does(raw={"text": "Ihre Rechnung?", "verdicts": {"virus": "FAIL"}})
    phone.does(raw={"text": "Ihr Gewinn?", "verdicts": {"spam": "FAIL"}})
    phone.writes("Wann haben Sie geöffnet?")
    phone.hears(ANSWER)
    assert desk.said(phone.conversation, "customer") == ["Wann haben Sie geöffnet?"]


def test_what_ses_limits_goes_out_later_and_once(house: House) -> None:
    """Too many mails, trouble at SES: the answer comes, once."""
    phone = _customer(house, "spaeter")
    Control(house).fail(phone, {"status": 429}, {"status": 503})
    phone.writes("Wann haben Sie geöffnet?")
    assert len(phone.hears(ANSWER)) == 1


def test_a_mail_that_bounces_is_shown_as_failed(house: House) -> None:
    """SES takes a mail and says later that it came back: the agent sees which, and why."""
    phone, desk = _customer(house, "fort"), Desk(house)
    Control(house).fail(phone, {"later": True})
    phone.writes("Wann haben Sie geöffnet?")
    failed = desk.entry(phone.conversation, ANSWER, lambda entry: entry["state"] == "failed")
    assert failed["author"] == "bot"
