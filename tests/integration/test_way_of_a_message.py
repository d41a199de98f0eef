"""What only the services together can hold: nothing twice, in order, one answer, one agent."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from aws.queues import SqsInbound
from channels.registry import CHANNELS
from conversation.conversation import KNOWN_IDS
from conversation.event import CustomerEvent
from pforte.house.house import House
from tests.way import ANNA, JONAS, Desk, Phone, arrives_in_time, identity

AT_ONCE = 5
OPENING_HOURS = ("Wann haben Sie geöffnet?", "Kundenzentrum am Marktplatz")
"""A question, and what is in its answer."""
FENCE = ("Welche Tarife gibt es für Strom?", "MusterFlex (monatlich kündbar)")
"""When this is answered, whatever came before it in the conversation is done with."""


def _repeat_past_the_queue(house: House, phone: Phone, provider_id: str) -> None:
    """Let a webhook's event arrive once more, as when the queue has forgotten its id."""
    webhook = phone.webhook(provider_id)
    [incoming] = CHANNELS[phone.channel].parse(webhook.body, {}, phone.account)
    event = CustomerEvent(
        id=identity(house).event(incoming), at=incoming.sent_at or 0, incoming=incoming
    )
    outputs = house.outputs
    queue = SqsInbound(
        house.client("sqs"), outputs["InboundQueueUrl"], outputs["InboundDeadLetterUrl"]
    )
    queue.send(phone.conversation, event, again=".later")


@pytest.mark.parametrize(
    ("channel", "user"), [("whatsapp", "4917604069010"), ("telegram", "7000000020")]
)
def test_a_webhook_fifty_times_is_one_message_and_one_answer(
    house: House, channel: str, user: str
) -> None:
    """A messenger that repeats, at once and again when the queue has forgotten, is heard once."""
    phone = Phone(house, channel, user, "Fünfzig Mal")
    question, answer = OPENING_HOURS
    written = phone.writes(question)
    phone.hears(answer)

    answers = [phone.repeat(written["provider_id"], AT_ONCE) for _ in range(50 // AT_ONCE)]
    _repeat_past_the_queue(house, phone, written["provider_id"])
    phone.writes(FENCE[0])

    heard = phone.hears(FENCE[1])
    assert answers == [["200"] * AT_ONCE] * (50 // AT_ONCE)
    assert [answer in said["text"] for said in heard] == [True, False]
    assert Desk(house).said(phone.conversation, "customer") == [question, FENCE[0]]


def test_a_repeat_is_known_after_many_other_messages(house: House) -> None:
    """What a conversation no longer remembers by heart is looked up in what was said."""
    phone = Phone(house, "whatsapp", "4917604069011", "Viele Worte")
    written = phone.writes("Ich möchte mit einem Menschen sprechen.")
    phone.hears("Ihre Vorgangsnummer")
    for number in range(KNOWN_IDS):
        phone.writes(f"Das ist mir außerdem wichtig, und zwar Punkt {number}.")
    desk, last = Desk(house), f"Punkt {KNOWN_IDS - 1}."
    desk.entry(phone.conversation, last, lambda _: True)
    before = desk.said(phone.conversation, "customer")

    _repeat_past_the_queue(house, phone, written["provider_id"])
    phone.writes("Das war es dann.")

    desk.entry(phone.conversation, "Das war es dann.", lambda _: True)
    assert len(before) == 1 + KNOWN_IDS
    assert desk.said(phone.conversation, "customer") == [*before, "Das war es dann."]


def test_five_requests_at_once_are_all_answered_in_order(house: House) -> None:
    """Whoever asks five things at once gets five answers, in the order of the questions."""
    phone = Phone(house, "telegram", "7000000021", "Fünf Fragen")
    requests = [
        OPENING_HOURS,
        ("Wie lange läuft mein Vertrag?", "die Laufzeit und die Kündigungsfrist"),
        ("Was speichern Sie über mich?", "Ihre Rechte und die Speicherdauer"),
        ("Wie komme ich ins Kundenportal?", "Zum Kundenportal geht es hier"),
        FENCE,
    ]
    for question, _ in requests:
        phone.writes(question)

    heard = phone.waits(lambda answers: len(answers) >= len(requests), "five answers")

    assert len(heard) == len(requests)
    for said, (_, answer) in zip(heard, requests, strict=True):
        assert answer in said["text"]


@pytest.mark.parametrize(
    ("channel", "first"), [("whatsapp", 4917604069060), ("telegram", 7000000060)]
)
def test_a_burst_gets_one_answer(house: House, channel: str, first: int) -> None:
    """Four messages over three seconds that make one request are answered once, and rightly."""
    burst = ["hallo", "hab ne frage", "mein zähler", "wo geb ich den stand ein?"]
    phone = next(
        phone
        for number in range(10)
        if arrives_in_time(phone := Phone(house, channel, str(first + number)), burst, 1)
    )
    phone.hears("Wie lautet Ihre Kundennummer?")

    phone.writes(FENCE[0])

    heard = phone.waits(lambda answers: len(answers) >= 3, "the fence, and the open question again")
    asked = ["Wie lautet Ihre Kundennummer?" in said["text"] for said in heard]
    assert asked == [True, False, True]
    assert Desk(house).said(phone.conversation, "customer") == [*burst, FENCE[0]]


@pytest.mark.parametrize("race", range(3))
def test_of_two_agents_one_gets_the_conversation(house: House, race: int) -> None:
    """Two who claim at once: one has it, the other is told so; the customer meets one person."""
    phone = Phone(house, "telegram", f"700000003{race}", "Umkämpft")
    phone.writes("Ich möchte mit einem Menschen sprechen.")
    desks = [Desk(house, email) for email in (ANNA, JONAS)]
    desks[0].waits_for(phone.conversation)
    together = Barrier(len(desks))

    def claim(desk: Desk) -> int:
        together.wait()
        return desk.ask("POST", f"/conversations/{phone.conversation}/claim").status_code

    with ThreadPoolExecutor(len(desks)) as pool:
        statuses = list(pool.map(claim, desks))

    assert sorted(statuses) == [200, 409]
    winner = desks[statuses.index(200)]
    head = winner.thread(phone.conversation)["head"]
    assert head["holder"] == "me"
    winner.reply(phone.conversation, head["epoch"], "Guten Tag, worum geht es?")
    heard = phone.hears("worum geht es?")
    assert [said["text"] for said in heard if "ist jetzt für Sie da" in said["text"]] == [
        f"{head['holder_name']} ist jetzt für Sie da."
    ]
    winner.resolve(phone.conversation, head["epoch"])
