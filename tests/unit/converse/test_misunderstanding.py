"""Not understood: asked back once, with buttons where there is a guess; then a person."""

from typing import Any

import pytest

from conversation.bot import Bot
from conversation.intents import FALLBACK_INTENT
from conversation.understanding import RankedIntent, Understanding
from tests.guarantees.example import example_bot
from tests.guarantees.house import House
from tests.unit.converse.talk import buttons, disclosed, new_house, reference, sentence, token

BINS = "Wann wird die Mülltonne abgeholt?"
BUSES = "Wo finde ich den Fahrplan der Buslinie 7?"
UNSURE = "Mein Zähler und der Abschlag, das passt doch alles nicht zusammen."


class Unsure:
    """The example bot, unsure of one sentence in a way that does not change with training."""

    def __init__(self, bot: Bot) -> None:
        self.front_door = bot.front_door
        self.answer = bot.answer
        self.ask_again = bot.ask_again
        self.chosen = bot.chosen
        self.facts = bot.facts
        self.opens_form = bot.opens_form
        self.say = bot.say
        self.title = bot.title
        self.slot_title = bot.slot_title
        self._bot = bot

    def understand(self, text: str, now: int | None = None) -> Understanding:
        """Return two guesses for that sentence."""
        if text != UNSURE:
            return self._bot.understand(text)
        guesses = ("tariff_info", 0.4), ("contract_status", 0.35), ("opening_hours", 0.2)
        return Understanding(
            text=text,
            intent=FALLBACK_INTENT,
            confidence=0.4,
            ranking=tuple(RankedIntent(name=n, confidence=c) for n, c in guesses),
            language="de",
        )


def _asked_back() -> House:
    house = House(Unsure(example_bot()))
    house.ask(UNSURE)
    return house


def test_it_asks_back_with_titles_and_a_person() -> None:
    """The two best guesses by their names for people, and a way out."""
    house = _asked_back()
    assert house.messenger.texts()[-1] == sentence("ask_back")
    assert buttons(house) == ["Tarife und Preise", "Mein Vertrag", "Mit Mensch sprechen"]


@pytest.mark.parametrize("text", ["2", "2.", "2)", " 2 ", "mein vertrag", "Mein Vertrag"])
def test_a_number_or_title_right_after_the_options_is_understood(text: str) -> None:
    """Where there are no buttons one types: the number or the words count as a tap."""
    house = _asked_back()
    [answer] = house.ask(text)
    assert "Kündigungsfrist" in answer


def test_a_tap_is_understood() -> None:
    """The button's token brings its intent."""
    house = _asked_back()
    house.tap(token(house, "Tarife und Preise"))
    house.rest()
    assert "MusterFix" in house.messenger.texts()[-1]


def test_a_number_later_is_no_choice() -> None:
    """After something else was said, the options are over."""
    house = _asked_back()
    house.ask("Wann haben Sie geöffnet?")
    assert house.ask("2") == [sentence("rephrase")]


def test_a_number_after_danger_is_no_choice() -> None:
    """The emergency number ends an open question too."""
    house = _asked_back()
    house.ask("Hier riecht es nach Gas!")
    assert "Kündigungsfrist" not in house.ask("2")[0]


def test_a_number_without_options_is_no_choice() -> None:
    """Out of nowhere, a number is asked about, with a person offered."""
    house = new_house()
    assert house.ask("2") == disclosed(sentence("rephrase"))
    assert buttons(house) == ["Mit Mensch sprechen"]


def test_two_misunderstandings_in_a_row_bring_a_person() -> None:
    """Asked back once, then handed over; the summary has what was asked."""
    house = new_house()
    house.ask(BINS)
    assert house.state().assignee == "bot"
    said = house.ask(BUSES)
    assert said == [sentence("hand_over", reference=reference(house))]
    escalation = house.state().escalation
    assert escalation is not None
    assert (escalation.reason, escalation.question) == ("not_understood", BUSES)


def test_two_that_are_not_in_a_row_do_not() -> None:
    """An understood message between them begins the count anew."""
    house = new_house()
    house.ask(BINS)
    house.ask("Wann haben Sie geöffnet?")
    house.ask(BUSES)
    assert house.state().assignee == "bot"


def test_numbers_and_emoji_do_not_lead_round_in_circles() -> None:
    """A bare number is asked about; the next thing that is no text brings a person."""
    house = new_house()
    assert house.ask("12345") == disclosed(sentence("rephrase"))
    assert house.ask("🤔") == [sentence("hand_over", reference=reference(house))]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"photo": [{"file_id": "p", "file_size": 5}]}, "ein Foto"),
        ({"voice": {"file_id": "v", "duration": 3}}, "eine Sprachnachricht"),
        ({"video": {"file_id": "v", "duration": 3}}, "ein Video"),
        ({"document": {"file_id": "d", "file_name": "a.pdf"}}, "ein Dokument"),
        ({"sticker": {"file_id": "s", "emoji": "🙂"}}, "einen Sticker"),
        ({"location": {"latitude": 52.5, "longitude": 13.4}}, "einen Standort"),
        ({"hologram": {"file_id": "h"}}, "diese Art von Nachricht"),
    ],
)
def test_what_cannot_be_read_is_named_and_a_person_offered(
    content: dict[str, Any], what: str
) -> None:
    """The customer reads which kind it was; a file stays in the thread as a reference."""
    house = new_house()
    assert house.ask("", **content) == disclosed(sentence("cannot_read", what=what))
    assert buttons(house) == ["Mit Mensch sprechen"]
    assert house.state().assignee == "bot"


def test_a_photo_with_words_is_answered_by_its_words() -> None:
    """A caption is a text."""
    house = new_house()
    photo = [{"file_id": "p", "file_size": 5}]
    said = house.ask("", photo=photo, caption="Wann haben Sie geöffnet?")
    assert "Marktplatz 1" in said[-1]
    [kept] = [message for message in house.thread() if message.author == "customer"]
    assert kept.content.attachments[0].reference == "p"
