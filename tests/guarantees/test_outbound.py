"""Towards a messenger at least once, in sequence, doubt marked, and never a wrong "sent"."""

import json

import pytest

from channels.base import ProviderResponse
from conversation.errors import Unavailable
from deliver.batch import deliver
from deliver.provider import NotSent
from deliver.send import SHORT_WAIT
from tests.fake_queues import lambda_event
from tests.guarantees.house import DAY, HOUR, MINUTE, SECOND, House
from tests.guarantees.messenger import whatsapp_event, whatsapp_message
from tests.guarantees.moments import Moment, When, die, fail, once

ANSWERED = ["disclosure", "re: When do you open?"]


def _answer(status: int, **body: object) -> ProviderResponse:
    return ProviderResponse(status, json.dumps(body).encode())


def _busy(seconds: int) -> ProviderResponse:
    return _answer(429, ok=False, error_code=429, parameters={"retry_after": seconds})


def _refusal(status: int, description: str) -> ProviderResponse:
    return _answer(status, ok=False, error_code=status, description=description)


def _notes(house: House, user: str = "5") -> list[str]:
    return [m.content.text for m in house.thread(user) if m.address is None]


def _marked(house: House) -> list[str]:
    return [
        id_
        for conversation in house.table.all_conversations()
        for record in house.table.all_records(conversation)
        for id_ in record.unknown
    ]


def _states(house: House) -> list[str]:
    return [
        record.states.get(message.id, "none")
        for record in house.records()
        for message in record.messages
        if message.author != "customer" and message.address is not None
    ]


def test_an_unknown_outcome_is_marked_and_sent_again(house: House) -> None:
    """The messenger took it, its answer was lost: marked, then sent again, never left out."""
    house.messenger.lost = [Unavailable("time-out")]
    house.ask("When do you open?")
    assert house.messenger.texts() == ["disclosure", *ANSWERED]
    assert _marked(house) == [house.thread()[1].id]
    assert _states(house) == ["sent", "sent"]


def test_trouble_at_the_messenger_is_an_unknown_outcome(house: House) -> None:
    """A 502 does not say whether it was sent: marked."""
    house.messenger.answers = [lambda: _answer(502)]
    house.ask("When do you open?")
    assert house.messenger.texts() == ANSWERED
    assert len(_marked(house)) == 1


def test_what_never_reached_the_messenger_is_not_doubtful(house: House) -> None:
    """No connection: nothing was sent for certain, nothing is marked."""

    def unreachable() -> ProviderResponse:
        raise NotSent("no route")

    house.messenger.answers = [unreachable, unreachable]
    house.ask("When do you open?")
    assert house.messenger.texts() == ANSWERED
    assert _marked(house) == []


@pytest.mark.parametrize("seconds", [3, 300])
def test_being_asked_to_wait_is_not_doubtful(house: House, seconds: int) -> None:
    """429: nothing was sent for certain; what waits long is parked, not marked either."""
    asked = house.now
    house.messenger.answers = [lambda: _busy(seconds)]
    house.ask("When do you open?")
    assert house.messenger.texts() == ANSWERED
    assert _marked(house) == []
    assert house.messenger.taken[0].at >= asked + seconds * SECOND


@pytest.mark.parametrize("seconds", [3, 15, 300])
def test_what_stands_behind_a_wait_is_not_doubtful(house: House, seconds: int) -> None:
    """Of three deliveries in a batch the first has to wait: the others were never tried."""
    for n in range(3):
        house.write(f"What about number {n}?")
        house.converse()
    house.messenger.answers = [lambda: _busy(seconds), lambda: None, lambda: _busy(seconds)]
    house.rest()
    answers = [f"re: What about number {n}?" for n in range(3)]
    assert house.messenger.texts() == ["disclosure", *answers]
    assert _marked(house) == []


def test_what_may_be_out_stays_doubtful_behind_a_wait(house: House) -> None:
    """Its outcome was lost, then others in front of it had to wait: it is still marked."""
    house.write("What about number 1?")
    house.converse()
    house.write("What about number 2?")
    house.converse()
    views: list[int] = []

    def die_behind_the_second(moment: Moment) -> None:
        if (moment.when, moment.name) == ("before", "note_outcome"):
            views.append(1)
            if len(views) == 3:
                die()

    house.moments.hook = die_behind_the_second
    house.deliver()
    assert house.messenger.texts()[-1] == "re: What about number 2?"
    house.moments.hook = once("before", "delivery_view", fail)
    house.rest()
    assert house.messenger.texts().count("re: What about number 2?") == 2
    assert len(_marked(house)) == 1


def test_nothing_is_sent_before_the_pause_is_over(house: House) -> None:
    """Retry-After pauses the account: other conversations of it wait as well."""
    start = house.now
    house.messenger.answers = [lambda: _busy(10)]
    house.write("When do you open?", user="5")
    house.write("And where are you?", user="6")
    house.rest()
    assert min(taken.at for taken in house.messenger.taken) >= start + 10 * SECOND
    assert house.messenger.calls == 5  # one was refused, the others waited without asking
    assert house.messenger.texts("5") == ANSWERED
    assert house.messenger.texts("6") == ["disclosure", "re: And where are you?"]
    assert _marked(house) == []


def test_another_account_is_not_paused(house: House) -> None:
    """One messenger's limits do not hold another."""
    house.messenger.answers = [lambda: _busy(300)]
    house.write("When do you open?")
    house.converse()
    house.deliver()
    message = whatsapp_message("49170", 1, house.now, type="text", text={"body": "Where are you?"})
    house.post(whatsapp_event({"messages": [message]}))
    house.converse()
    house.deliver()
    assert house.messenger.texts("49170") == ["disclosure\n\nre: Where are you?"]
    assert house.messenger.texts("5") == []


def test_a_paused_account_parks_and_drains_in_sequence(house: House) -> None:
    """What waits long waits in the table; what comes later joins it; then all goes, in order."""
    start = house.now
    house.messenger.answers = [lambda: _busy(300)]
    for n in range(4):
        house.write(f"What about number {n}?")
        house.converse()
        house.deliver()
        house.now += 20 * SECOND
    assert house.messenger.calls == 1
    assert len(house.table.all_parked()) == 4
    assert not house.outbound_queue.groups  # no message circles in the queue meanwhile
    house.rest()
    answers = [f"re: What about number {n}?" for n in range(4)]
    assert house.messenger.texts() == ["disclosure", *answers]
    assert house.messenger.taken[0].at >= start + 300 * SECOND
    assert not house.table.all_parked()
    assert set(_states(house)) == {"sent"}
    assert _marked(house) == []


def test_what_comes_while_the_parked_are_not_yet_sent_stands_behind_them(house: House) -> None:
    """The pause is over but the drain has not run: the later delivery does not overtake."""
    house.messenger.answers = [lambda: _busy(90)]
    house.write("What about number 1?")
    house.converse()
    house.deliver()
    house.now += 95 * SECOND
    house.write("What about number 2?")
    house.converse()
    house.deliver()
    assert house.messenger.texts() == []
    house.rest()
    assert house.messenger.texts() == [
        "disclosure",
        "re: What about number 1?",
        "re: What about number 2?",
    ]


def test_a_drain_that_is_asked_to_wait_again_keeps_the_rest_parked(house: House) -> None:
    """Paused again in the middle of a drain: nothing lost, nothing twice, still in sequence."""
    house.messenger.answers = [lambda: _busy(90), lambda: None, lambda: _busy(200)]
    for n in range(3):
        house.write(f"What about number {n}?")
        house.converse()
        house.deliver()
    house.rest()
    answers = [f"re: What about number {n}?" for n in range(3)]
    assert house.messenger.texts() == ["disclosure", *answers]
    assert _marked(house) == []


def test_a_drain_that_dies_marks_only_what_it_may_have_sent(house: House) -> None:
    """The doubt travels with a parked delivery: what may be out is marked and sent again."""
    house.messenger.answers = [lambda: _busy(90)]
    house.write("What about number 1?")
    house.write("What about number 2?")
    house.converse()
    house.deliver()
    house.moments.hook = once("before", "note_outcome", fail)
    house.rest()
    assert house.messenger.texts() == [
        "disclosure",
        "disclosure",
        "re: What about number 1?",
        "re: What about number 2?",
    ]
    assert len(_marked(house)) == 1


def test_an_answer_after_its_deadline_is_refused_and_told(house: House) -> None:
    """An answer of the bot helps nobody after an hour: not sent, shown, and a person takes it."""
    house.messenger.answers = [lambda: _busy(2 * 3600)]
    house.ask("When do you open?")  # the disclosure has a day, the answer came with it
    house.messenger.taken.clear()
    start = house.now
    house.messenger.answers = [lambda: _busy(2 * 3600)]
    house.write("And on Sundays?")
    house.rest()
    assert house.now > start + HOUR
    assert house.messenger.texts() == []
    assert _states(house)[-1] == "failed"
    assert _notes(house) == ["delivery_failed: expired"]
    assert house.state().assignee == "queue"


def test_a_word_of_the_house_has_a_day(house: House) -> None:
    """A hand-over that had to wait two hours is still delivered."""
    house.messenger.answers = [lambda: _busy(2 * 3600)]
    house.ask("I want a person please.")
    assert house.messenger.texts() == ["disclosure", "hand_over"]
    house.messenger.answers = [lambda: _busy(25 * 3600)]
    house.write("Is there really fire?")
    house.rest()
    assert "112!" not in house.messenger.texts()
    assert house.now >= DAY
    assert _notes(house) == ["delivery_failed: expired"]


def test_a_refusal_is_told_once_and_shown(house: House) -> None:
    """Never a wrong "sent": state failed with its reason, one note, a person, no word to there."""
    house.messenger.answers = [lambda: _refusal(400, "Bad Request: odd")]
    house.ask("When do you open?")
    [record] = [r for r in house.records() if r.reasons]
    assert set(record.reasons.values()) == {"bad_request (400)"}
    assert _states(house) == ["failed", "failed"]
    assert _notes(house) == ["delivery_failed: bad_request (400)"]
    assert house.messenger.calls == 1
    state = house.state()
    assert (state.assignee, state.blocked) == ("queue", ())
    assert state.escalation is not None
    assert (state.escalation.reason, state.escalation.reason_detail) == (
        "delivery_failed",
        "bad_request (400)",
    )


@pytest.mark.parametrize("name", ["note_refusal", "inbound.send", "note_failure"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_refusal_is_told_once_whatever_fails(house: House, name: str, when: When) -> None:
    """Recorded before it is told, as told after it: one note, no call after the refusal."""
    house.messenger.answers = [lambda: _refusal(400, "Bad Request: odd")] * 2
    house.write("When do you open?")
    house.converse()
    house.moments.hook = once(when, name, fail)
    house.rest()
    assert _notes(house) == ["delivery_failed: bad_request (400)"]
    assert _states(house) == ["failed", "failed"]
    assert house.messenger.calls == (2 if (when, name) == ("before", "note_refusal") else 1)


def test_who_blocked_us_is_not_written_to_and_not_handed_over(house: House) -> None:
    """Nobody can answer there: the thread says so, and no agent waits for it."""
    house.messenger.answers = [lambda: _refusal(403, "Forbidden: bot was blocked by the user")]
    house.ask("When do you open?")
    assert _notes(house) == ["delivery_failed: blocked (403)"]
    assert house.state().assignee == "bot"
    assert house.state().blocked == (house.state().answer_to,)
    calls = house.messenger.calls
    assert house.ask("Hello, I am back. When do you open?") == [
        "re: Hello, I am back. When do you open?"
    ]
    assert house.messenger.calls == calls + 1
    assert house.state().blocked == ()


def test_an_agents_reply_that_is_refused_is_shown_to_the_agent(house: House) -> None:
    """A free reply after the messaging window: failed with its reason, the agent keeps it."""
    house.ask("I want a person please.")
    epoch = house.claim().epoch
    house.rest()
    house.messenger.answers = [lambda: _refusal(400, "Bad Request: odd")]
    house.reply("Good morning.", epoch)
    house.rest()
    assert _states(house)[-1] == "failed"
    assert _notes(house) == ["delivery_failed: bad_request (400)"]
    assert house.state().agent == "anna"


def test_closing_words_that_fail_bring_nothing_back(house: House) -> None:
    """What an agent has closed stays closed where only the goodbye could not be delivered."""
    house.ask("I want a person please.")
    epoch = house.claim().epoch
    house.rest()
    house.messenger.answers = [lambda: _refusal(400, "Bad Request: odd")]
    house.resolve(epoch)
    house.rest()
    assert _states(house)[-1] == "failed"
    assert _notes(house) == ["delivery_failed: bad_request (400)"]
    assert house.state().assignee == "bot"


def test_an_account_that_is_not_connected_is_a_refusal(house: House) -> None:
    """Secrets that were taken away: told, and not tried for ever."""
    house.write("When do you open?")
    house.converse()
    house.vault.connected.clear()
    house.rest()
    assert house.messenger.calls == 0
    assert _notes(house) == ["delivery_failed: not_connected"]


def test_nothing_is_sent_before_its_outcome_has_a_place(house: House) -> None:
    """The turn's record is written last: a delivery that is faster waits for it."""
    calls: list[int] = []

    def deliver_early() -> None:
        house.deliver()
        calls.append(house.messenger.calls)

    house.write("When do you open?")
    house.moments.hook = once("before", "put_record", deliver_early)
    house.converse()
    assert calls == [0]
    house.rest()
    assert house.messenger.texts() == ANSWERED


def test_a_late_deliverer_whose_messages_went_on_sends_nothing(house: House) -> None:
    """It makes sure that its visibility outlasts its time-out before it sends."""
    house.write("When do you open?")
    house.converse()
    batch = house.outbound_queue.receive()
    house.now += 19 * SECOND  # paused before its first line; the queue has handed it on
    house.deliver()
    assert house.messenger.texts() == ANSWERED
    failed = deliver(house.deliver_house(), lambda_event(batch))["batchItemFailures"]
    assert [one["itemIdentifier"] for one in failed] == [batch[0].id]
    assert house.messenger.texts() == ANSWERED


def test_short_waits_stay_in_the_queue(house: House) -> None:
    """A few seconds are waited for by visibility; only long waits go to the table."""
    house.messenger.answers = [lambda: _busy(SHORT_WAIT // SECOND)]
    house.write("When do you open?")
    house.converse()
    house.deliver()
    assert not house.table.all_parked()
    house.rest()
    assert house.messenger.texts() == ANSWERED
    assert house.now <= house.messenger.taken[0].at + MINUTE
