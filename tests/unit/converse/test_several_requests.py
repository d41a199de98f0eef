"""Of several things in one message all are done, one after the other, in one turn."""

from collections.abc import Generator, Mapping
from typing import Any

import pytest

from conversation.bot import Answer, Heard
from conversation.intents import FALLBACK_INTENT
from conversation.message import Content
from conversation.turn import ActionCall
from conversation.understanding import Language, RankedIntent, Understanding
from tests.guarantees.bot import EchoBot
from tests.guarantees.example import example_bot
from tests.guarantees.house import House
from tests.unit.converse.talk import buttons, disclosed, new_house, sentence


class Listener(EchoBot):
    """Take each sentence for a request that is called as it reads.

    `form` opens a form, `complain` hands over, `lost` is answered by nothing, `look` calls an
    action; each answer tells what was answered before it.
    """

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return the sentences as requests; one alone is the message."""
        words = [word for word in text.split(". ") if word]
        requests = tuple(Understanding(text=w, intent=w, confidence=1.0) for w in words)
        first = requests[0]
        if len(requests) == 1:
            return first
        return first.model_copy(update={"text": text, "requests": requests})

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Answer with the intent and what came before it."""
        intent = understanding.intent
        if intent in ("lost", FALLBACK_INTENT):
            return Answer(understood=False, tracker=tracker)
        if intent == "look":
            yield ActionCall(action="look_up")
        before = tracker.decode()
        return Answer(
            contents=(Content(text=f"{intent} after {before or 'nothing'}"),),
            tracker=f"{before}{intent} ".encode(),
            hand_over="intent" if intent == "complain" else None,
        )

    def opens_form(self, intent: str) -> bool:
        """Open one for `form`."""
        return intent == "form"


@pytest.fixture
def house() -> House:
    return House(Listener())


def test_both_are_answered_in_order(house: House) -> None:
    """The second sees what the first has changed; the customer gets one turn."""
    assert house.ask("hours. meter") == ["disclosure", "hours after nothing", "meter after hours"]
    assert len(house.records()) == 1


def test_what_opens_a_form_comes_last(house: House) -> None:
    """What asks something back is the last thing that is said."""
    said = house.ask("form. hours. meter")[1:]
    assert [text.split()[0] for text in said] == ["hours", "meter", "form"]


def test_what_is_not_understood_beside_a_request_is_left(house: House) -> None:
    """Something was done for the customer: it is no misunderstanding."""
    assert house.ask("lost. hours")[1:] == ["hours after nothing"]
    assert house.state().misunderstandings == 0
    assert house.ask("lost. lost")[-1] == "rephrase"
    assert house.state().misunderstandings == 1


def test_a_hand_over_follows_after_all_is_answered(house: House) -> None:
    """What the bot can do is done before a person takes over; that is said last."""
    said = house.ask("complain. hours. meter")[1:]
    assert [text.split()[0] for text in said] == ["complain", "hours", "meter", "hand_over"]
    escalation = house.state().escalation
    assert escalation is not None
    assert (escalation.reason, escalation.reason_detail) == ("intent", "complain")
    assert escalation.question == "complain. hours. meter"


def test_a_person_beside_something_else_is_fetched(house: House) -> None:
    """Whoever wants a person gets one, with all that was written as the question."""
    assert house.ask("hours. talk_to_human")[-1] == "hand_over"
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.question == "hours. talk_to_human"


def test_actions_of_several_requests_have_keys_of_their_own(house: House) -> None:
    """A back end does not take the second request for a repeat of the first."""
    house.ask("look. look")
    keys = [done.key for record in house.records() for done in record.actions]
    assert len(keys) == len(set(keys)) == 2


def test_while_waiting_what_the_bot_knows_is_answered(house: House) -> None:
    """Of several things, those for the person are passed on; none is the beginning of a talk."""
    house.ask("talk_to_human")
    assert house.ask("hours. complain. meter") == ["hours after nothing", "meter after nothing"]
    assert house.ask("complain. lost") == ["added"]


class Guessing(EchoBot):
    """Have guesses and be sure of none; titles as told."""

    guesses: tuple[tuple[str, float], ...] = ()
    titles: Mapping[str, str] = {}

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return the guesses."""
        ranking = tuple(RankedIntent(name=name, confidence=at) for name, at in self.guesses)
        return Understanding(text=text, intent=FALLBACK_INTENT, confidence=0.5, ranking=ranking)

    def title(self, intent: str, language: Language) -> str | None:
        """Return its title, if it has one."""
        return self.titles.get(intent)


@pytest.mark.parametrize(
    ("guesses", "offered"),
    [
        ((("hours", 0.5), ("meter", 0.4), ("bill", 0.3)), ["Hours", "Meter"]),
        ((("thank", 0.5), ("meter", 0.4), ("bill", 0.3)), ["Meter", "Bill"]),
        ((("untitled", 0.5), ("talk_to_human", 0.4), ("bill", 0.3)), ["Bill"]),
        ((("hours", 0.5), ("meter", 0.1)), ["Hours"]),
        ((("affirm", 0.5), ("untitled", 0.4)), []),
    ],
)
def test_the_likeliest_requests_are_offered(
    guesses: tuple[tuple[str, float], ...], offered: list[str]
) -> None:
    """One or two by their titles; small talk and what has no title is no offer."""
    bot = Guessing()
    bot.guesses = guesses
    names = ("hours", "meter", "bill", "thank", "affirm", "talk_to_human")
    bot.titles = {name: name.capitalize() for name in names}
    house = House(bot)

    said = house.ask("something or other")

    assert said[-1] == ("ask_back" if offered else "rephrase")
    shown = [title for title, _ in house.messenger.taken[-1].buttons]
    assert shown == [*offered, "title_person"]


def test_a_customer_with_two_questions_gets_two_answers() -> None:
    """What the example bot says to each, in the order in which they were asked."""
    house = new_house()
    said = house.ask("Was kostet der Strom bei Ihnen? Und wann haben Sie morgen geöffnet?")

    assert len(said) == 3
    assert "MusterFix" in said[1]
    assert "Marktplatz 1" in said[2]


def test_who_does_not_want_to_cancel_is_asked() -> None:
    """Nothing is cancelled, nobody is fetched; the likeliest request is there to be tapped."""
    house = new_house()
    assert house.ask("Ich möchte nicht kündigen.") == disclosed(sentence("ask_back"))
    assert buttons(house) == ["Vertrag kündigen", "Mit Mensch sprechen"]
    assert house.state().assignee == "bot"


def test_what_is_told_for_one_of_two_requests_is_told_for_both() -> None:
    """Nobody is asked for the street that stands in the sentence before."""
    understood = example_bot().understand(
        "Gibt es eine Störung in der Goethestraße? Bei uns ist seit heute früh der Strom weg."
    )
    assert [request.intent for request in understood.requests] == ["outage_status", "report_outage"]
    for request in understood.requests:
        streets = [each.value for each in request.entities if each.entity == "street"]
        assert streets == ["Goethestraße"]


def test_an_amount_is_of_one_request_alone() -> None:
    """What somebody wants to pay is not taken for anything else that has an amount."""
    understood = example_bot().understand(
        "Bitte ändern Sie meinen Abschlag auf 80 Euro. Und wann haben Sie morgen geöffnet?",
        1_795_348_800_000,
    )
    kinds = [{each.entity for each in request.entities} for request in understood.requests]
    assert ["amount-of-money" in each for each in kinds] == [True, False]
    assert ["time" in each for each in kinds] == [False, True]
