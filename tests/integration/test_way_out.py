"""What becomes of an answer that a messenger does not just take, and what agents see of it."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from pforte.house.house import House
from tests.way import Control, Desk, Json, Phone, eventually, run_schedule

GREETING, WELCOME = "Welche Tarife gibt es für Strom?", "MusterFlex (monatlich kündbar)"
"""The first words of a customer: their answer comes with the disclosure, a message of its own."""
QUESTION, ANSWER = "Wann haben Sie geöffnet?", "Kundenzentrum am Marktplatz"
BACK_OFF = 30_000
"""How long (ms) a messenger in trouble is left alone; it is the first to begin and last to end."""


class Trouble(NamedTuple):
    """A customer whose answer met trouble, and what was asked."""

    phone: Phone
    question: Json


@pytest.fixture
def desk(house: House) -> Desk:
    """Sit at the desk."""
    return Desk(house)


@pytest.fixture(scope="module", autouse=True)
def crashed(house: House) -> Trouble:
    """Let WhatsApp answer a send with an error of its own."""
    return _ask(Phone(house, "whatsapp", "4917604069030", "Nach dem Fehler"), {"status": 500})


@pytest.fixture(scope="module", autouse=True)
def silent(house: House, crashed: Trouble) -> Trouble:
    """Let WhatsApp take a message and never say so."""
    phone = Phone(house, "whatsapp", "4917604069031", "Ohne Antwort")
    return _ask(phone, {"timeout_after_accept": True})


@pytest.fixture(autouse=True)
def healed(house: House) -> Iterator[None]:
    """Leave no planned fault to other tests."""
    yield
    _all_faults_met(house)


def _ask(phone: Phone, *faults: Json) -> Trouble:
    """Ask as a customer who is known, and let the sends of the answer fail."""
    phone.writes(GREETING)
    phone.hears(WELCOME)
    if faults:
        Control(phone.house).fail(phone, *faults)
    return Trouble(phone, phone.writes(QUESTION))


def _all_faults_met(house: House) -> None:
    """Wait until the sends that were to fail have failed: what is asked is answered later."""
    eventually(
        lambda: Control(house).get("/faults", {})["faults"], lambda left: not left, "the faults"
    )


def _heard(trouble: Trouble) -> list[Json]:
    return trouble.phone.answers(after=trouble.question)


def test_a_messenger_that_asks_for_patience_gets_it(house: House, desk: Desk) -> None:
    """After "429, retry after 2" the whole account waits two seconds; then all comes, once."""
    other = Phone(house, "telegram", "7000000051", "Auch Geduld")
    other.writes(GREETING)
    other.hears(WELCOME)
    patience = {"status": 429, "retry_after": 2}
    first = _ask(Phone(house, "telegram", "7000000050", "Geduld"), patience)
    _all_faults_met(house)
    second = Trouble(other, other.writes(QUESTION))
    for phone, question in (first, second):
        [heard] = phone.hears(ANSWER, after=question)
        assert heard["at"] - first.question["at"] >= 2000
        entry = desk.entry(phone.conversation, ANSWER, lambda e: e["state"] == "sent")
        assert not entry["doubtful"]


def test_who_blocked_us_is_not_written_to_and_the_agent_sees_it(house: House, desk: Desk) -> None:
    """A refusal stands at the message with its reason; who writes again is answered again."""
    blocked = _ask(Phone(house, "telegram", "7000000052", "Blockiert"), {"blocked": True})
    phone = blocked.phone
    entry = desk.entry(phone.conversation, ANSWER, lambda e: e["state"] == "failed")
    assert entry["reason"] == "blocked (403)"
    thread = desk.sees(
        phone.conversation, lambda t: t["head"]["reachable"][0]["blocked"], "the block"
    )
    assert thread["head"]["holder"] == "bot"
    assert [e["text"] for e in thread["entries"] if e["internal"]] == [
        "delivery_failed: blocked (403)"
    ]
    assert _heard(blocked) == []

    phone.hears(WELCOME, after=phone.writes(GREETING))

    again = desk.thread(phone.conversation)
    assert not again["head"]["reachable"][0]["blocked"]
    assert desk.entry(phone.conversation, ANSWER, lambda _: True)["state"] == "failed"


def test_a_refusal_that_comes_later_is_no_wrong_sent(house: House, desk: Desk) -> None:
    """What WhatsApp takes and fails afterwards is shown to its agent as failed, and why."""
    phone = Phone(house, "whatsapp", "4917604069032", "Zu spät")
    phone.writes("Ich möchte mit einem Menschen sprechen.")
    phone.hears("Ihre Vorgangsnummer")
    epoch = desk.claim(phone.conversation)
    phone.hears("ist jetzt für Sie da")
    Control(house).fail(phone, {"error": 131047, "later": True})

    desk.reply(phone.conversation, epoch, "Ihr Vertrag läuft bis Mai.")

    entry = desk.entry(phone.conversation, "läuft bis Mai", lambda e: e["state"] == "failed")
    assert entry["author"] == "agent"
    note = desk.entry(phone.conversation, "delivery_failed", lambda _: True)
    assert (note["internal"], note["text"]) == (True, "delivery_failed: window_closed (131047)")
    assert desk.thread(phone.conversation)["head"]["holder"] == "me"
    assert not any("läuft bis Mai" in said["text"] for said in phone.answers())
    desk.reply(phone.conversation, epoch, "Noch einmal: bis Mai.")
    phone.hears("Noch einmal: bis Mai.")
    desk.resolve(phone.conversation, epoch)


def test_doubt_is_marked(desk: Desk, silent: Trouble) -> None:
    """What a messenger took without a word is sent again, and the thread says that it may be so."""
    phone, question = silent
    heard = phone.waits(lambda found: len(found) >= 2, "the answer, and it again", question)
    assert all(ANSWER in said["text"] for said in heard)
    entry = desk.entry(phone.conversation, ANSWER, lambda e: e["state"] == "read")
    assert entry["doubtful"]


def test_trouble_at_the_messenger_loses_nothing(house: House, desk: Desk, crashed: Trouble) -> None:
    """After an error of the messenger's the answer waits, is shown as waiting, and arrives once."""
    phone, question = crashed

    def look() -> list[Json]:
        run_schedule(house)
        heard = _heard(crashed)
        if not heard:
            entry = desk.entry(phone.conversation, ANSWER, lambda _: True)
            assert entry["state"] in ("sending", "sent", "delivered", "read")
        return heard

    heard = eventually(look, bool, "the answer after the error", every=2)
    assert len(heard) == 1
    assert heard[0]["at"] - question["at"] >= BACK_OFF
    entry = desk.entry(phone.conversation, ANSWER, lambda e: e["state"] == "read")
    assert entry["doubtful"], "a messenger that fails may have sent it all the same"
