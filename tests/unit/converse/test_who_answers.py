"""Who answers is said once per channel; danger and the wish for a person come first, always."""

from collections.abc import Callable

import pytest

from conversation.conversation import Conversation
from conversation.event import Wake
from conversation.turn import StartedTurn
from conversation.understanding import Language
from converse.builder import TurnBuilder
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import whatsapp_event, whatsapp_message
from tests.unit.converse.talk import (
    PRIVACY,
    claimed_house,
    disclosed,
    new_house,
    reference,
    resolved_house,
    sentence,
    waiting_house,
)

GAS = {"de": "Hier riecht es nach Gas!", "en": "I can smell gas in the kitchen!"}


def test_the_first_answer_says_who_answers_and_links_the_privacy_notice() -> None:
    """One short sentence with the link, and only in the first answer."""
    house = new_house()
    first = house.ask("Wann haben Sie geöffnet?")
    assert first[0] == (
        "Ich bin der digitale Assistent der Stadtwerke Musterstadt; wie wir mit Ihren Daten"
        f" umgehen, lesen Sie hier: {PRIVACY}"
    )
    assert len(first) == 2
    assert len(house.ask("Wann haben Sie geöffnet?")) == 1


def test_it_is_said_in_the_customers_language() -> None:
    """Who writes English is told in English."""
    assert new_house().ask("When do you open?")[0] == disclosed(language="en")[0]


def test_it_is_said_once_on_each_channel() -> None:
    """On another messenger it is another first answer."""
    house = new_house()
    house.ask("Wann haben Sie geöffnet?")
    text = {"body": "Wann haben Sie geöffnet?"}
    for number in (1, 2):
        message = whatsapp_message("49170", number, house.now, type="text", text=text)
        assert house.post(whatsapp_event({"messages": [message]})) == 200
        house.rest()
    [told] = [text for text in house.messenger.texts("49170") if PRIVACY in text]
    assert told.startswith(disclosed()[0])  # WhatsApp gets it in one message with the answer


def test_who_asks_whether_this_is_a_bot_gets_an_honest_answer() -> None:
    """The bot says that it is none of us, and offers a person."""
    [_, answer] = new_house().ask("Bist du ein Mensch?")
    assert "kein Mensch" in answer


def _asked_back() -> House:
    house = new_house()
    house.ask("Wann wird die Mülltonne abgeholt?")
    return house


STATES: dict[str, Callable[[], House]] = {
    "new": new_house,
    "asked back": _asked_back,
    "waiting": waiting_house,
    "claimed": lambda: claimed_house()[0],
    "resolved": resolved_house,
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_danger_gets_the_emergency_number_first_in_every_state(
    state: str, language: Language
) -> None:
    """The emergency text is the first thing said, whoever has the conversation."""
    house = STATES[state]()
    before = house.state().assignee if state != "new" else "bot"
    said = house.ask(GAS[language])
    assert "0800 000 1111" in said[0]
    assert "112" in said[0]
    assert said[0].startswith("Achtung" if language == "de" else "Warning")
    assert said[1:] == (disclosed(language=language) if state == "new" else [])
    assert house.state().assignee == before


def test_danger_is_seen_through_case_punctuation_and_several_messages() -> None:
    """However it is written: in capitals, with a hyphen, in the middle, in two messages."""
    for texts in (
        ["HILFE GAS-GERUCH IM KELLER"],
        ["Guten Tag, ich wollte fragen, ob der Gasgeruch bei uns normal ist?"],
        ["hier riecht es", "nach gas"],
    ):
        house = new_house()
        for text in texts:
            house.write(text)
        house.rest()
        assert house.messenger.texts()[0].startswith("Achtung, bei Gasgeruch"), texts


def test_danger_behind_another_question_is_answered_first() -> None:
    """In one batch the emergency number stands in front, the question is answered too."""
    house = new_house()
    house.write("Wann haben Sie geöffnet?")
    house.write("Hier riecht es nach Gas!")
    house.rest()
    texts = house.messenger.texts()
    assert texts[0].startswith("Achtung")
    assert any("Marktplatz 1" in text for text in texts[1:])


def test_danger_in_an_agents_conversation_does_not_let_the_agent_forget() -> None:
    """After the emergency number the conversation is still somebody's to answer."""
    house, epoch = claimed_house()
    house.reply("Guten Tag.", epoch)
    house.rest()
    assert house.state().timers == {}
    house.ask("Hier riecht es nach Gas!")
    assert "claim" in house.state().timers


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ich möchte mit einem Menschen sprechen.", "de"),
        ("Mensch", "de"),
        ("Bitte verbinden Sie mich mit einem Mitarbeiter!", "de"),
        ("Ich will keinen Bot, geben Sie mir einen Menschen!", "de"),
        ("I want to talk to a human", "en"),
        ("agent please", "en"),
    ],
)
def test_a_person_on_request(text: str, language: Language) -> None:
    """Whoever asks for a person gets one, and reads what happens next."""
    house = new_house()
    said = house.ask(text)
    words = sentence("hand_over", language, reference=reference(house))
    assert said == disclosed(words, language=language)
    assert house.state().assignee == "queue"
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.reason == "asked_for_person"


def test_a_person_on_request_needs_no_intent() -> None:
    """Also a bot that was never taught the wish hears it, where it is not sure of anything else."""
    house = House(EchoBot())  # "hm" is what it does not understand
    assert house.ask("hm, geben Sie mir bitte einen Menschen") == ["disclosure", "hand_over"]
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.reason == "asked_for_person"


@pytest.mark.parametrize(
    ("text", "assignee"),
    [
        ("auf deutsch bitte", "bot"),
        ("können wir deutsch sprechen?", "bot"),
        ("kann ich mit jemandem auf deutsch sprechen?", "queue"),
        ("einen Menschen bitte, auf Deutsch", "queue"),
    ],
)
def test_a_language_is_no_person(text: str, assignee: str) -> None:
    """Who only wants to be spoken to in another language is not handed over for it."""
    house = new_house()
    house.ask(text)
    assert house.state().assignee == assignee


def test_a_conversation_over_two_channels_tells_on_both() -> None:
    """The channel counts on which the customer reads, not the conversation."""
    state = Conversation(id="c", created=0, disclosed=("telegram",), answer_to="whatsapp:1:2")
    event = Wake(id="w", at=0, moment=0)
    turn = TurnBuilder(state, StartedTurn(id="w", events=(event,), now=0), EchoBot(), None)
    turn.utter("utter_pforte_added")
    turn.utter("utter_pforte_still_waiting")
    pending = turn.finish({}).pending
    assert pending is not None
    said = [message.content.text for message in pending.messages]
    assert said == ["disclosure", "added", "still_waiting"]


def test_a_hand_over_says_what_happens_next_and_no_time() -> None:
    """A person answers here, one may leave, and the reference; no time where none is set."""
    house = new_house()
    [_, told] = house.ask("Ich möchte mit einem Menschen sprechen.")
    assert told == (
        "Ein Mensch übernimmt und antwortet Ihnen hier. Sie müssen dafür nicht dabeibleiben."
        f" Ihre Vorgangsnummer: {reference(house)}"
    )


def test_a_person_on_request_after_options() -> None:
    """Also where a question is open, typed instead of tapped."""
    house = new_house()
    house.ask("Wann wird die Mülltonne abgeholt?")
    house.ask("Ich will einen Menschen!")
    assert house.state().assignee == "queue"
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.question == "Wann wird die Mülltonne abgeholt?"  # nobody asks it again


def test_a_person_by_the_button() -> None:
    """The button under an asking back does the same."""
    house = new_house()
    house.ask("Wann wird die Mülltonne abgeholt?")
    house.tap("/pforte_person")
    house.rest()
    assert house.messenger.texts()[-1] == sentence("hand_over", reference=reference(house))
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.reason == "asked_for_person"


def test_a_person_on_request_after_it_was_resolved() -> None:
    """The same escalation is open again, at once."""
    house = resolved_house()
    known = reference(house)
    assert house.ask("Ich möchte einen Menschen sprechen.") == [
        sentence("reopened", reference=known)
    ]
    assert house.state().assignee == "queue"


@pytest.mark.parametrize(
    "text",
    [
        "Da war gestern kein Mensch im Kundenzentrum am Marktplatz, warum eigentlich?",
        "Sind Sie ein Mensch?",
    ],
)
def test_the_word_alone_is_no_wish(text: str) -> None:
    """Who mentions people, or asks whether we are one, is not handed over for it."""
    house = new_house()
    house.ask(text)
    assert house.state().assignee == "bot"


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("Ich möchte meinen Vertrag kündigen.", "service"),
        ("I want to cancel my contract.", "service"),
        ("Ich habe eine Mahnung bekommen, obwohl ich bezahlt habe.", "billing"),
        ("I would like to make a complaint about your service.", "service"),
    ],
)
def test_some_requests_go_to_people_by_themselves(text: str, team: str) -> None:
    """The bot says what the person will need, then that a person comes, with the reference."""
    house = new_house()
    said = house.ask(text)
    assert len(said) == 3
    assert reference(house) in said[2]
    escalation = house.state().escalation
    assert escalation is not None
    assert (escalation.reason, escalation.team, escalation.question) == ("intent", team, text)
