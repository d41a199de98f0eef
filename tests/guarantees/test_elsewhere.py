"""One voice: while one of our people answers in another app the bot is silent, and nobody waits."""

from typing import Any

import pytest

from conversation.errors import Unavailable
from conversation.incoming import RECEIPT_RANK
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import HOUR, MINUTE, SECOND, House
from tests.guarantees.messenger import (
    instagram_event,
    page_event,
    whatsapp_event,
    whatsapp_message,
)
from tests.guarantees.moments import once

USER = "5200000000000001"
QUESTION = "When do you open?"
INBOX = 263902037430900
SILENT = 12 * HOUR
IDLE = 15 * MINUTE


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _write(house: House, text: str, channel: str = "messenger", **more: Any) -> list[str]:
    """Let the customer write, and return what is answered."""
    before = len(house.messenger.taken)
    house.now += SECOND
    event = page_event if channel == "messenger" else instagram_event
    message = {"mid": f"m_{house.now}", "text": text, **more}
    assert house.post(event(USER, house.now, message=message)) == 200
    house.rest()
    return [taken.text for taken in house.messenger.taken[before:]]


def _echo(text: str = "We will call you.", mid: str = "m_inbox", **more: Any) -> dict[str, Any]:
    return {"message": {"mid": mid, "is_echo": True, "text": text, **more}}


def _answered_elsewhere(house: House) -> None:
    assert house.post(page_event(USER, house.now, by_us=True, **_echo(app_id=INBOX))) == 200
    house.rest()


def _thread(house: House, channel: str = "messenger") -> list[tuple[str, str]]:
    return [(m.author, m.content.text) for m in house.thread(USER, channel)]


def test_words_of_another_app_stand_in_the_thread_as_a_persons(house: House) -> None:
    """What a person wrote in the page's inbox is seen, as theirs, and sent by nobody again."""
    _write(house, QUESTION)
    calls = house.messenger.calls
    _answered_elsewhere(house)
    assert _thread(house)[-1] == ("agent", "We will call you.")
    assert house.thread(USER, "messenger")[-1].elsewhere
    assert house.messenger.calls == calls


def test_the_bot_is_silent_while_somebody_answers_elsewhere(house: House) -> None:
    """What the customer writes to that person is kept and not answered; later the bot is back."""
    _answered_elsewhere(house)
    assert _write(house, "At what time will you call?") == []
    assert ("customer", "At what time will you call?") in _thread(house)
    house.now += MINUTE
    _answered_again(house)
    house.now += SILENT - MINUTE
    assert _write(house, "Still there?") == []
    _answered_again(house)
    house.now += SILENT + SECOND
    assert _write(house, QUESTION) == ["disclosure", f"re: {QUESTION}"]


def _answered_again(house: House) -> None:
    echo = _echo("At nine.", mid=f"m_inbox{house.now}", app_id=INBOX)
    assert house.post(page_event(USER, house.now, by_us=True, **echo)) == 200
    house.rest()


def test_who_is_left_without_an_answer_elsewhere_comes_into_the_queue(house: House) -> None:
    """No wait without a word: after a quarter of an hour our own people get the conversation."""
    _answered_elsewhere(house)
    _write(house, "At what time will you call?")
    house.rest(house.now + IDLE + 2 * MINUTE)
    state = house.state(USER, "messenger")
    assert state.assignee == "queue"
    assert state.escalation is not None
    assert state.escalation.reason == "unanswered_elsewhere"
    assert state.escalation.question == "At what time will you call?"
    assert house.messenger.texts()[-1] == "hand_over"


def test_who_is_answered_elsewhere_does_not_come_into_the_queue(house: House) -> None:
    """The person's next word ends the wait."""
    _answered_elsewhere(house)
    _write(house, "At what time will you call?")
    house.now += MINUTE
    _answered_again(house)
    house.rest(house.now + 2 * IDLE)
    assert house.state(USER, "messenger").assignee == "bot"


def test_a_person_of_ours_on_request_even_then(house: House) -> None:
    """Who asks for a person is handed over, and from then on waits as everybody."""
    _answered_elsewhere(house)
    assert _write(house, "I want a person please.") == ["disclosure", "hand_over"]
    state = house.state(USER, "messenger")
    assert (state.assignee, state.elsewhere_until) == ("queue", 0)


def test_danger_is_answered_even_then(house: House) -> None:
    """The emergency number waits for nobody."""
    _answered_elsewhere(house)
    assert _write(house, "There is a fire!")[0] == "112!"


def test_a_turn_of_both_is_left_to_the_person(house: House) -> None:
    """The customer's words and the person's answer come in one batch: the bot does not add its."""
    message = {"mid": "m_1", "text": QUESTION}
    assert house.post(page_event(USER, house.now, message=message)) == 200
    assert house.post(page_event(USER, house.now, by_us=True, **_echo(app_id=INBOX))) == 200
    house.rest()
    assert house.messenger.texts() == []
    assert _thread(house) == [("customer", QUESTION), ("agent", "We will call you.")]


def test_what_waits_to_be_sent_is_withdrawn(house: House) -> None:
    """One voice: an answer that has not begun when the person answers is not sent any more."""
    message = {"mid": "m_1", "text": QUESTION}
    assert house.post(page_event(USER, house.now, message=message)) == 200
    house.converse()
    assert house.post(page_event(USER, house.now, by_us=True, **_echo(app_id=INBOX))) == 200
    house.converse()
    house.rest()
    assert house.messenger.texts() == ["disclosure"]
    [record] = [r for r in house.records(USER, "messenger") if r.states]
    assert sorted(record.states.values()) == ["sent", "withdrawn"]


def test_resolving_lets_the_bot_speak_again(house: House) -> None:
    """An agent of ours takes over and ends it: whoever wrote elsewhere before is done too."""
    _answered_elsewhere(house)
    _write(house, "I want a person please.")
    epoch = house.claim(USER, channel="messenger").epoch
    _answered_again(house)
    house.resolve(epoch, USER, channel="messenger")
    house.rest()
    assert _write(house, "Thank you!") == ["closed_thanks"]


def test_an_old_echo_silences_nobody(house: House) -> None:
    """A webhook that was repeated for a day tells of what is long over."""
    _write(house, QUESTION)
    before = house.state(USER, "messenger").epoch
    old = house.now - SILENT
    assert house.post(page_event(USER, old, by_us=True, **_echo(app_id=INBOX))) == 200
    assert _write(house, "And where?") == ["re: And where?"]
    assert house.state(USER, "messenger").epoch == before  # nor is anything withdrawn for it


def test_a_repeated_echo_stands_once(house: House) -> None:
    """Nothing twice: a repeat, also after five minutes, is one message."""
    for _ in range(3):
        assert house.post(page_event(USER, house.now, by_us=True, **_echo(app_id=INBOX))) == 200
        house.rest()
        house.forget_deduplication()
    assert _thread(house).count(("agent", "We will call you.")) == 1


def test_the_business_apps_words_silence_the_bot(house: House) -> None:
    """WhatsApp tells of a shared number what was written in the Business app; edits join it."""
    echo = {"from": "4930", "to": "49170", "timestamp": str(house.now // 1000)}
    said = {**echo, "id": "wamid.e1", "type": "text", "text": {"body": "We call you."}}
    edit = {"original_message_id": "wamid.e1", "message": {"type": "text", "text": {"body": "Now"}}}
    for one in (said, {**echo, "id": "wamid.e2", "type": "edit", "edit": edit}):
        value = {"message_echoes": [one]}
        assert house.post(whatsapp_event(value, field="smb_message_echoes")) == 200
    house.rest()
    message = whatsapp_message("49170", 1, house.now, type="text", text={"body": QUESTION})
    assert house.post(whatsapp_event({"messages": [message]})) == 200
    house.rest()
    assert house.messenger.calls == 0
    thread = house.thread("49170", "whatsapp")
    assert [(m.author, m.content.text) for m in thread] == [
        ("agent", "We call you."),
        ("agent", "Now"),
        ("customer", QUESTION),
    ]
    assert [m.change.target for m in thread if m.change] == ["wamid.e1"]


# Our own echoes


def test_our_own_echo_is_dropped_by_its_mark(house: House) -> None:
    """Messenger brings our reference back: never in the thread, never silence, no raw body."""
    _write(house, QUESTION)
    before = _thread(house)
    mark = house.thread(USER, "messenger")[-1].id
    echo = _echo(f"re: {QUESTION}", "m_unknown", app_id=1, metadata=mark)
    assert house.post(page_event(USER, house.now, by_us=True, **echo)) == 200
    assert _write(house, "And where?") == ["re: And where?"]
    assert _thread(house)[: len(before)] == before
    assert house.archive.objects == {}


@pytest.mark.parametrize("mark", ["", "of another tool", "a.1.01", "x" * 32 + ".1.01 "])
def test_another_mark_is_not_ours(house: House, mark: str) -> None:
    """Other apps may send metadata of their own: still a person's, or another bot's, words."""
    echo = _echo(app_id=7, metadata=mark)
    assert house.post(page_event(USER, house.now, by_us=True, **echo)) == 200
    house.rest()
    assert _thread(house) == [("agent", "We will call you.")]


def test_instagrams_echo_is_known_by_its_id(house: House) -> None:
    """Instagram carries no mark: what the messenger took under this id is ours."""
    _write(house, QUESTION, "instagram")
    [record] = house.records(USER, "instagram")
    for (mid,) in record.provider_ids.values():
        assert house.post(instagram_event(USER, house.now, by_us=True, **_echo("re", mid))) == 200
    assert _write(house, "And where?", "instagram") == ["re: And where?"]
    assert all(author != "agent" for author, _ in _thread(house, "instagram"))


def test_instagrams_echo_that_overtook_our_record_comes_again(house: House) -> None:
    """It races ahead of the outcome of its own send: 503, and its repeat finds the id."""
    answers: list[int] = []

    def too_early() -> None:
        mid = f"ig_ours{900_000 + len(house.messenger.taken)}"
        event = instagram_event(USER, house.now, by_us=True, **_echo("disclosure", mid))
        answers.append(house.post(event))
        echoes.append(event)

    echoes: list[dict[str, Any]] = []
    house.moments.hook = once("before", "note_outcome", too_early)
    _write(house, QUESTION, "instagram")
    assert answers == [503]
    assert house.post(echoes[0]) == 200
    assert _write(house, "And where?", "instagram") == ["re: And where?"]


def test_a_send_whose_answer_was_lost_is_known_by_its_words(house: House) -> None:
    """Its id was never told to us; that the words are the same must be enough."""
    house.messenger.lost = [Unavailable("time-out")]
    _write(house, QUESTION, "instagram")
    assert house.messenger.texts().count("disclosure") == 2
    echo = _echo("disclosure", "ig_first")
    assert house.post(instagram_event(USER, house.now, by_us=True, **echo)) == 200
    assert _write(house, "And where?", "instagram") == ["re: And where?"]


def test_a_persons_words_on_instagram_are_theirs(house: House) -> None:
    """An id that we never got, with nothing of ours under way, is a person's."""
    _write(house, QUESTION, "instagram")
    assert house.post(instagram_event(USER, house.now, by_us=True, **_echo(mid="ig_app"))) == 200
    assert _write(house, "And where?", "instagram") == []
    assert ("agent", "We will call you.") in _thread(house, "instagram")


# Standby and handing over between apps


def _overheard(house: House, text: str) -> None:
    message = {"mid": f"m_s{house.now}", "text": text}
    assert house.post(page_event(USER, house.now, key="standby", message=message)) == 200
    house.rest()


def test_what_is_overheard_is_kept_and_not_answered(house: House) -> None:
    """Another app has the conversation: its customer's words stand in the thread, the bot waits."""
    _overheard(house, QUESTION)
    assert _thread(house) == [("customer", QUESTION)]
    assert house.messenger.calls == 0
    assert house.archive.objects == {}
    assert _write(house, "Now to you: where?") == ["disclosure", "re: Now to you: where?"]


def test_danger_is_answered_even_in_another_apps_conversation(house: House) -> None:
    """Whoever is to answer: the emergency number is said."""
    _overheard(house, "There is a fire!")
    assert house.messenger.texts()[0] == "112!"


def test_handing_over_between_apps_is_noted_and_honoured(house: House) -> None:
    """Both directions stand in the thread; what is given to us ends the silence."""
    _answered_elsewhere(house)
    taken: dict[str, Any] = {"take_thread_control": {"new_owner_app_id": str(INBOX)}}
    given: dict[str, Any] = {"pass_thread_control": {"previous_owner_app_id": str(INBOX)}}
    for event in (page_event(USER, house.now, **taken), page_event(USER, house.now, **given)):
        assert house.post(event) == 200
        house.rest()
    notes = [m.content.text for m in house.thread(USER, "messenger") if m.address is None]
    assert notes == ["taken_by_other_app", "handed_to_us"]
    assert _write(house, QUESTION) == ["disclosure", f"re: {QUESTION}"]


def test_by_which_link_somebody_came_is_told_to_agents(house: House) -> None:
    """A link's word stands in the thread as a note, with or without a message, and says nothing."""
    referral = {"ref": "invoice", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    assert house.post(page_event(USER, house.now, referral=referral)) == 200
    tap = {"mid": "m_2", "title": "Get started", "payload": "START", "referral": {"ad_id": "77"}}
    assert house.post(page_event(USER, house.now, postback=tap)) == 200
    house.rest()
    notes = [m.content.text for m in house.thread(USER, "messenger") if m.address is None]
    assert notes == ["referral: invoice", "referral: 77"]
    assert house.archive.objects == {}


def test_what_names_no_customer_is_kept_as_it_came(house: House) -> None:
    """An echo without a recipient belongs to nobody: its body is kept, nothing breaks."""
    event = page_event("", house.now, by_us=True, **_echo(app_id=INBOX))
    assert house.post(event) == 200
    house.rest()
    assert len(house.archive.objects) == 1
    assert house.table.all_conversations() == {}


def test_receipts_of_a_persons_words_count_for_those(house: House) -> None:
    """What was said in the inbox is delivered and read like the rest, by id and by moment."""
    _answered_elsewhere(house)
    [message] = house.thread(USER, "messenger")
    told = {"mids": ["m_inbox"], "watermark": house.now}
    assert house.post(page_event(USER, house.now, delivery=told)) == 200
    assert _ranks(house, "messenger") == {message.id: RECEIPT_RANK["delivered"]}
    assert house.post(page_event(USER, house.now, read={"watermark": house.now})) == 200
    assert _ranks(house, "messenger") == {message.id: RECEIPT_RANK["read"]}


def test_who_has_seen_a_message_on_instagram_has_seen_those_before(house: House) -> None:
    """Seen names one message; the chat was open, and what stands above it was there to read."""
    _write(house, QUESTION, "instagram")
    [record] = house.records(USER, "instagram")
    *_, (last,) = record.provider_ids.values()
    assert len(record.provider_ids) == 2
    assert house.post(instagram_event(USER, house.now + SECOND, read={"mid": last})) == 200
    seen = RECEIPT_RANK["read"]
    assert _ranks(house, "instagram") == dict.fromkeys(record.provider_ids, seen)


def _ranks(house: House, channel: str) -> dict[str, int]:
    return {k: v for record in house.records(USER, channel) for k, v in record.receipts.items()}
