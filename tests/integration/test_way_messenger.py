"""Messenger and Instagram in the running house: asked and answered, handed over, once."""

import pytest

from pforte.house.house import House
from tests.way import Desk, Phone, arrives_in_time

ANSWER = "Kundenzentrum am Marktplatz"
AT_ONCE = 5

BOTH = pytest.mark.parametrize(
    ("channel", "first"), [("messenger", 5200000000000100), ("instagram", 5300000000000100)]
)


@BOTH
def test_a_question_is_answered_once(house: House, channel: str, first: int) -> None:
    """A question gets its answer, read by the customer; its webhook repeated gets no other."""
    phone = Phone(house, channel, str(first + 1), "Eine Frage")
    written = phone.writes("Wann haben Sie geöffnet?")
    phone.hears(ANSWER)
    assert phone.repeat(written["provider_id"], AT_ONCE) == ["200"] * AT_ONCE
    phone.writes("Welche Tarife gibt es für Strom?")
    heard = phone.hears("MusterFlex")
    assert sum(ANSWER in said["text"] for said in heard) == 1
    desk = Desk(house)
    answer = desk.entry(phone.conversation, ANSWER, lambda entry: entry["state"] == "read")
    assert answer["author"] == "bot"
    assert desk.said(phone.conversation, "customer") == [
        "Wann haben Sie geöffnet?",
        "Welche Tarife gibt es für Strom?",
    ]


@BOTH
def test_a_person_takes_over_and_answers(house: House, channel: str, first: int) -> None:
    """A person on request: the reference, who is there, their words; a photo is seen as one."""
    phone, desk = Phone(house, channel, str(first + 2), "Ein Mensch"), Desk(house)
    phone.writes("Ich möchte mit einem Menschen sprechen.")
    phone.hears("Ihre Vorgangsnummer")
    phone.does(photo="Mein Zähler")
    desk.waits_for(phone.conversation)
    epoch = desk.claim(phone.conversation)
    desk.reply(phone.conversation, epoch, "Guten Tag, ich sehe Ihren Zähler. Größe? 🙂")
    heard = phone.hears("ich sehe Ihren Zähler")
    assert heard[-1]["text"] == "Guten Tag, ich sehe Ihren Zähler. Größe? 🙂"
    seen = desk.entry(phone.conversation, "Mein Zähler", lambda entry: entry["attachments"])
    assert [part["kind"] for part in seen["attachments"]] == ["image"]
    desk.resolve(phone.conversation, epoch)


@BOTH
def test_a_burst_gets_one_answer(house: House, channel: str, first: int) -> None:
    """A greeting and a question right behind it are one turn with one answer."""
    burst = ["hallo", "Wann haben Sie geöffnet?"]
    phone = next(
        phone
        for number in range(50, 60)
        if arrives_in_time(phone := Phone(house, channel, str(first + number), "Schwall"), burst)
    )
    phone.hears(ANSWER)
    phone.writes("Welche Tarife gibt es für Strom?")
    heard = phone.hears("MusterFlex")
    assert [ANSWER in said["text"] for said in heard] == [True, False]


@BOTH
def test_a_tap_is_the_option(house: House, channel: str, first: int) -> None:
    """What cannot be read is said with a button for a person; tapping it hands over."""
    phone = Phone(house, channel, str(first + 4), "Ein Knopf")
    phone.does(sticker="👍")
    [asked] = phone.waits(lambda answers: answers and answers[-1]["options"], "a button")[-1:]
    phone.does(button=asked["options"][-1]["title"])
    phone.hears("Ihre Vorgangsnummer")
