"""One conversation over several messengers: proven by a code, nothing lost, nothing twice."""

import pytest

from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.link import WRONG_CODES, code_in
from conversation.message import Content
from desk.agent import Agent
from tests.guarantees import messenger
from tests.guarantees.house import ANNA, MINUTE, SECOND
from tests.guarantees.linking import PHONE, LinkedHouse, address
from tests.guarantees.moments import once

OTTO = Agent(id="otto", name="Otto", groups=frozenset({"agents"}))
OTHER = "4917604069002"
"""Another customer on WhatsApp."""


@pytest.fixture
def house() -> LinkedHouse:
    return LinkedHouse(first_reply_minutes=10)


def _linked(house: LinkedHouse) -> None:
    """Let a customer on Telegram go on in WhatsApp, where nobody wrote before."""
    house.asks("5", "What is the weather like?")
    house.asks(PHONE, f"Let us go on here: {house.code('5')}.")


def test_a_code_carries_the_conversation_to_another_messenger(house: LinkedHouse) -> None:
    """From then on there is one thread; answers go where the customer wrote last."""
    _linked(house)
    assert house.asks(PHONE, "And what now?") == [(PHONE, "re: And what now?")]
    assert house.asks("5", "And here again?") == [("5", "re: And here again?")]
    assert house.own_texts("5")[-2:] == ["And what now?", "And here again?"]
    assert house.own("5").addresses == (address("5"), address(PHONE))
    assert house.own(PHONE).merged_into == house.own("5").id


def test_both_addresses_are_told_and_nothing_said_before_is_sent_along(house: LinkedHouse) -> None:
    """The new one learns nothing but that it is connected, the old one where it went."""
    house.asks("5", "My secret is seven.")
    shown = house.asks(PHONE, house.code("5"))
    assert shown == [(PHONE, "disclosure"), (PHONE, "linked"), ("5", "linked_elsewhere WhatsApp")]


def test_the_older_conversation_survives_whoever_shows_the_code(house: LinkedHouse) -> None:
    """A code of the younger one, typed into the older one, merges the younger all the same."""
    house.asks(PHONE, "I was here first.")
    house.asks("5", "I came later.")
    shown = house.asks(PHONE, house.code("5"))
    assert [user for user, _ in shown] == [PHONE, "5"]
    assert house.own("5").merged_into == house.own(PHONE).id
    assert house.own_texts("5")[0] == "I came later."
    assert house.asks("5", "Who hears me?") == [("5", "re: Who hears me?")]
    assert house.own_texts(PHONE)[-1] == "Who hears me?"


@pytest.mark.parametrize("how", ["never made", "used", "expired", "tried too often"])
def test_a_code_that_opens_nothing_is_not_told_from_another(house: LinkedHouse, how: str) -> None:
    """Stolen after use, too old or guessed: one kind sentence, and nothing is linked."""
    house.asks("5", "What is the weather like?")
    code = house.code("5")
    if how == "never made":
        code = "PF-AAAA2-BBBBB"
    elif how == "used":
        house.asks(OTHER, code)
    elif how == "expired":
        house.now += 15 * MINUTE
    else:
        for _ in range(WRONG_CODES):
            house.asks(PHONE, "PF-AAAA2-BBBBB")
    assert house.asks(PHONE, f"Here is my code: {code}")[-1] == (PHONE, "link_failed")
    assert house.own(PHONE).merged_into == ""
    assert address(PHONE) not in house.own("5").addresses


def test_of_two_who_use_one_code_at_once_one_is_linked(house: LinkedHouse) -> None:
    """The condition of the write that uses it up ends this race."""
    house.asks("5", "What is the weather like?")
    code = house.code("5")
    house.writes(PHONE, code)
    house.writes(OTHER, code)

    def the_other_first() -> None:
        house.converse({house.conversation_of(OTHER, "whatsapp"): 1})

    house.moments.hook = once("before", "take_link_code", the_other_first)
    house.converse({house.conversation_of(PHONE, "whatsapp"): 1})
    house.rest()
    assert house.own(OTHER).merged_into == house.own("5").id
    assert house.own(PHONE).merged_into == ""


def test_a_late_repeat_of_the_offer_makes_no_used_code_usable(house: LinkedHouse) -> None:
    """Whoever stood still before putting the code finds it kept, and leaves it as it is."""
    house.asks("5", "What is the weather like?")
    house.write("Can we continue elsewhere?")
    codes: list[str] = []

    def meanwhile() -> None:
        house.now += 30 * SECOND
        house.rest()
        codes.append(code_in(house.own_thread("5")[-1].content.text))
        house.asks(OTHER, codes[0])

    house.moments.hook = once("before", "put_link_code", meanwhile)
    house.converse()
    house.rest()
    assert house.asks(PHONE, codes[0])[-1] == (PHONE, "link_failed")


def test_a_code_of_this_very_conversation_says_so(house: LinkedHouse) -> None:
    """Typed where it was shown, or at an address that is linked already, it changes nothing."""
    _linked(house)
    assert house.asks("5", house.code("5"))[-1] == ("5", "link_here")
    assert house.asks(PHONE, house.code("5"))[-1] == (PHONE, "link_here")


def test_the_place_in_the_queue_comes_along(house: LinkedHouse) -> None:
    """Opened, due, promise and reference are carried; the promise is still woken for."""
    house.asks("5", "Nothing yet, thanks.")
    house.now += MINUTE
    house.asks(PHONE, "I want a person please.")
    waiting = house.own(PHONE).escalation
    assert waiting is not None
    house.now += MINUTE
    shown = house.asks("5", house.code(PHONE))
    assert ("5", "linked_waiting") in shown
    state = house.own("5")
    assert (state.assignee, state.escalation) == ("queue", waiting)
    assert state.timers["promise"] == waiting.promised
    assert house.own(PHONE).escalation is None
    assert [row.conversation for row in house.table.assigned("queue#default")] == [state.id]


def test_of_two_places_in_the_queue_the_earlier_counts(house: LinkedHouse) -> None:
    """Both wait: one entry is left, due when the first of them was; the other is closed as one."""
    house.asks(PHONE, "Hello there, house.")
    house.asks("5", "I want a person please.")
    house.now += 5 * MINUTE
    house.asks(PHONE, "I want a person please.")
    first, second = house.own("5").escalation, house.own(PHONE).escalation
    assert first is not None
    assert second is not None
    house.asks("5", house.code(PHONE))
    kept = house.own(PHONE).escalation
    assert kept is not None
    assert (kept.due, kept.opened, kept.promised) == (first.due, first.opened, first.promised)
    assert kept.reference == second.reference
    assert len(house.table.assigned("queue#default")) == 1
    [(_, closed)] = house.table.items(house.own(PHONE).id, f"X#{first.opened}")
    assert closed["outcome"] == "linked"


def test_what_each_channel_was_given_is_counted_together(house: LinkedHouse) -> None:
    """Nothing that a messenger may bill is forgotten or counted twice."""
    house.asks("5", "I only look around.")
    house.asks(PHONE, "And so do I.")
    house.asks("5", house.code(PHONE))
    assert house.own(PHONE).sent == {}
    counted = sum(house.own("5").sent.values())
    assert counted == len(house.messenger.taken)


def test_of_two_agents_the_survivors_stays(house: LinkedHouse) -> None:
    """The other one's reply comes back as a draft, and the thread says why."""
    for user, agent in (("5", ANNA), (PHONE, OTTO)):
        house.asks(user, "I want a person please.")
        house.claim(user, agent, "telegram" if user == "5" else "whatsapp")
        house.rest()
    code = house.code("5")
    ottos = house.own(PHONE).epoch
    house.asks(PHONE, code)
    assert house.own("5").assignee == "agent:anna"
    house.reply("From Otto.", ottos, PHONE, OTTO, "whatsapp")
    house.reply("From Anna.", house.own("5").epoch, "5", ANNA)
    house.rest()
    assert [m.content.text for m in house.own_thread("5") if m.author == "agent"] == ["From Anna."]
    assert "linked_agents" in [m.content.text for m in house.own_thread("5")]
    [(_, draft)] = house.table.items(house.own("5").id, "D#otto#")
    assert draft["text"] == "From Otto."


def test_the_only_agent_keeps_it_and_what_was_being_typed_is_said(house: LinkedHouse) -> None:
    """Whoever had the merged one has the other now; a reply under way is said, not returned."""
    house.asks("5", "I only look around.")
    house.asks(PHONE, "I want a person please.")
    epoch = house.claim(PHONE, ANNA, "whatsapp").epoch
    house.rest()
    house.asks("5", house.code(PHONE))
    house.reply("Good morning.", epoch, PHONE, ANNA, "whatsapp")
    house.rest()
    assert house.own("5").assignee == "agent:anna"
    assert house.messenger.texts("5")[-1] == "Good morning."
    assert house.own(PHONE).assignee == "bot"


def test_the_agent_in_the_middle_keeps_typing(house: LinkedHouse) -> None:
    """Linking another messenger takes nothing from the agent who has the conversation."""
    house.asks("5", "I want a person please.")
    epoch = house.claim().epoch
    house.rest()
    house.asks(PHONE, house.code("5"))
    house.reply("Good morning.", epoch)
    house.rest()
    assert house.messenger.texts(PHONE)[-1] == "Good morning."


def test_messages_on_both_sides_during_the_link_are_in_the_thread_once(house: LinkedHouse) -> None:
    """What was already in the old group is passed on, and what the messenger repeats is known."""
    house.asks("5", "What is the weather like?")
    code = house.code("5")
    sent = [
        house.writes("5", "One on the old side."),
        house.writes(PHONE, "One before the code."),
        house.writes(PHONE, code),
        house.writes(PHONE, "One right behind the code."),
        house.writes("5", "Another on the old side."),
    ]
    house.rest()
    house.forget_deduplication()
    for event in sent:
        house.post(event)
    house.rest()
    own = house.own_texts("5")
    assert own[2:] == [
        "One on the old side.",
        "Another on the old side.",
        "One right behind the code.",
    ]
    assert house.own_texts(PHONE) == ["One before the code.", code]


def test_a_repeat_after_the_link_and_after_the_cut_is_known(house: LinkedHouse) -> None:
    """The merged conversation keeps the ids of what it handled and of what it passed on."""
    sent = [house.writes(PHONE, "Before the link, long ago.")]
    house.rest()
    house.asks("5", house.code(PHONE))
    sent.append(house.writes("5", "While linked, it was."))
    house.rest()
    for user in ("5", "5"):
        house.asks(user, "unlink")
        house.forget_deduplication()
        for event in sent:
            house.post(event)
        house.rest()
    texts = house.own_texts("5") + house.own_texts(PHONE)
    assert texts.count("Before the link, long ago.") == 1
    assert texts.count("While linked, it was.") == 1


def test_an_answer_decided_before_the_link_is_not_said_after_a_claim(house: LinkedHouse) -> None:
    """The claim on the conversation that survives silences the merged one's bot too."""
    house.asks("5", "I want a person please.")
    house.claim()
    house.rest()
    code = house.code("5")
    house.writes(PHONE, "When do you open?")
    house.writes(PHONE, code)
    while house.inbound_queue.ready():
        house.converse()
    house.rest()
    assert "re: When do you open?" not in house.messenger.texts(PHONE)
    states = [r.states for r in house.records(PHONE, "whatsapp") if r.states]
    assert "withdrawn" in states[0].values()


def test_a_cut_address_begins_anew(house: LinkedHouse) -> None:
    """What was said stays; the bot answers there, the queue and the rest stay with the other."""
    _linked(house)
    house.asks(PHONE, "I want a person please.")
    assert house.own("5").assignee == "queue"
    assert house.asks(PHONE, "Verbindung trennen")[-1] == (PHONE, "unlinked")
    assert house.asks(PHONE, "Who are you now?") == [(PHONE, "re: Who are you now?")]
    assert house.own("5").addresses == (address("5"),)
    assert house.own("5").answer_to == address("5")
    assert house.own("5").assignee == "queue"
    assert address(PHONE) not in {*house.own("5").heard, *house.own("5").unread}
    assert house.own_texts("5")[-1] == "Verbindung trennen"
    assert house.own_texts(PHONE)[-1] == "Who are you now?"


def test_a_cut_address_goes_on_in_its_language(house: LinkedHouse) -> None:
    """A language that was wished for before the cut is spoken after it; disclosed is disclosed."""
    _linked(house)
    house.asks(PHONE, "English please")
    assert house.asks(PHONE, "unlink") == [(PHONE, "unlinked")]
    assert (house.own(PHONE).language, house.own(PHONE).wished) == ("en", True)


def test_cutting_where_the_conversation_came_from_lets_the_others_go(house: LinkedHouse) -> None:
    """The first address cannot leave its own conversation."""
    _linked(house)
    shown = house.asks("5", "unlink")
    assert set(shown) == {("5", "unlinked_here"), (PHONE, "unlinked")}
    assert house.own("5").links == ()
    assert house.asks("5", "unlink") == [("5", "not_linked")]


def test_what_was_cut_can_be_linked_again(house: LinkedHouse) -> None:
    """With a new code; the old one is used."""
    _linked(house)
    house.asks(PHONE, "unlink")
    house.asks(PHONE, house.code("5"))
    assert house.own(PHONE).merged_into == house.own("5").id
    assert [link.conversation for link in house.own("5").links] == [house.own(PHONE).id]


def test_three_messengers_and_the_middle_one_is_cut(house: LinkedHouse) -> None:
    """Only the address that is cut begins anew; what was linked through it stays linked."""
    house.asks("6", "I am the oldest.")
    house.asks("5", "I am in the middle.")
    house.asks(PHONE, house.code("5"))
    house.asks("5", house.code("6"))
    assert house.own("6").addresses == (address("6"), address("5"), address(PHONE))
    assert house.asks(PHONE, "Through two of them?") == [(PHONE, "re: Through two of them?")]
    house.asks("5", "unlink")
    assert house.own("6").addresses == (address("6"), address(PHONE))
    house.asks(PHONE, "Still with the oldest?")
    house.asks("5", "On my own again?")
    assert house.own_texts("6")[-1] == "Still with the oldest?"
    assert house.own_texts("5")[-1] == "On my own again?"
    house.asks(PHONE, "unlink")
    house.asks(PHONE, "On my own, too?")
    assert house.own("6").addresses == (address("6"),)
    assert house.own_texts(PHONE)[-1] == "On my own, too?"
    house.asks(PHONE, house.code("5"))
    house.asks(PHONE, "With the middle one again?")
    assert house.own_texts("5")[-1] == "With the middle one again?"
    assert house.own("5").onward == {}


def test_a_claim_of_the_merged_one_is_a_claim_of_the_survivor(house: LinkedHouse) -> None:
    """An agent whose page is a moment behind gets the conversation that there is."""
    house.asks("5", "Hello there, house.")
    house.asks(PHONE, "I want a person please.")
    house.asks("5", house.code(PHONE))
    claimed = house.claim(PHONE, ANNA, "whatsapp")
    assert claimed.conversation == house.own("5").id
    assert house.own("5").assignee == "agent:anna"


def test_an_agent_who_spoke_last_is_not_interrupted_by_a_form(house: LinkedHouse) -> None:
    """The open question of the merged one comes along only where the bot speaks."""
    house.asks("5", "Hello there, house.")
    house.asks(PHONE, "Let me choose one, please.")
    assert house.own(PHONE).question is not None
    house.asks("5", house.code(PHONE))
    question = house.own("5").question
    assert question is not None
    assert question.address == address(PHONE)


def test_a_claim_while_the_conversation_is_merged_comes_along(house: LinkedHouse) -> None:
    """Between read and write of the merging turn: its version fails, and it is decided anew.

    One agent has the conversation in the end, and is the one who claimed.
    """
    house.asks("5", "Hello there, house.")
    house.asks(PHONE, "I want a person please.")
    house.writes(PHONE, house.code("5"))

    def claim() -> None:
        house.claim(PHONE, ANNA, "whatsapp")

    house.moments.hook = once("before", "put_conversation", claim)
    house.converse()
    house.rest()
    assert house.own(PHONE).merged_into == house.own("5").id
    assert house.own("5").assignee == "agent:anna"
    assert [row.conversation for row in house.table.assigned("agent#anna")] == [house.own("5").id]


def test_a_claim_while_the_other_is_taken_in_counts(house: LinkedHouse) -> None:
    """Between read and write of the survivor: whoever was faster there keeps it, nobody else."""
    house.asks("5", "I want a person please.")
    house.asks(PHONE, "I want a person please.")
    house.claim(PHONE, OTTO, "whatsapp")
    house.rest()
    house.writes(PHONE, house.code("5"))
    house.converse()

    def claim() -> None:
        house.claim("5", ANNA)

    house.moments.hook = once("before", "put_conversation", claim)
    house.converse()
    house.rest()
    assert house.own("5").assignee == "agent:anna"
    assert not house.table.assigned("agent#otto")
    assert not house.table.assigned("queue#default")


def test_a_forged_mail_proves_nothing(house: LinkedHouse) -> None:
    """A sender for whom nobody vouches may bear a good code: it links nothing, and stays good."""
    house.asks("5", "What is the weather like?")
    code = house.code("5")
    incoming = Incoming(
        kind="message",
        channel="telegram",
        account=messenger.TELEGRAM,
        user="6",
        provider_id="forged",
        content=Content(text=code),
        unproven=True,
    )
    event = CustomerEvent(id="forged", at=house.now, incoming=incoming)
    house.inbound.send(house.conversation_of("6"), event)
    house.rest()
    assert house.own("6").merged_into == ""
    house.asks(PHONE, code)
    assert house.own(PHONE).merged_into == house.own("5").id
