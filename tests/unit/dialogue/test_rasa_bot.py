"""A trained bot answers by its rules, and calls actions in Rasa's words."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from conversation.bot import Answer, Bot
from conversation.turn import ActionCall
from conversation.understanding import FALLBACK_INTENT, Language, Understanding
from dialogue.rasa_bot import RasaBot, load
from pforte.bot.training import train

WriteBot = Callable[..., Path]


@pytest.fixture
def bot(write_bot: WriteBot, tmp_path: Path) -> RasaBot:
    return load(train(write_bot(), tmp_path / "trained").folder)


def meant(intent: str) -> Understanding:
    return Understanding(text="…", intent=intent, confidence=1.0)


def finish(
    dialogue: Generator[ActionCall, dict[str, Any], Answer], *results: dict[str, Any]
) -> tuple[list[ActionCall], Answer]:
    """Run a dialogue to its end; returns its calls and the answer."""
    calls = []
    try:
        call = next(dialogue)
        for result in results:
            calls.append(call)
            call = dialogue.send(result)
    except StopIteration as stop:
        return calls, stop.value
    raise AssertionError(f"one call too many: {call.action}")


def answered(bot: RasaBot, intent: str, language: Language = "en") -> Answer:
    return finish(bot.answer(meant(intent), {}, language, 1))[1]


def test_it_is_a_bot(bot: RasaBot) -> None:
    """What decide needs of a bot is there."""
    as_bot: Bot = bot
    assert as_bot.front_door.company == "Werk"


def test_a_rule_answers_in_the_language(bot: RasaBot) -> None:
    """The same intent is answered in German and in English."""
    assert answered(bot, "greet", "de").contents[0].text == "Guten Tag!"
    english = answered(bot, "greet", "en")
    assert english.contents[0].text == "Hello!"
    assert english.contents[0].buttons[0].payload == "/opening_hours"
    assert english.understood
    assert english.hand_over is None


def test_what_no_rule_takes_is_not_understood(bot: RasaBot) -> None:
    """The front door asks back where the dialogue has nothing to say."""
    assert answered(bot, FALLBACK_INTENT) == Answer(
        understood=False, tracker={"slots": {"place": "Hauptstraße"}}
    )


def test_a_rule_for_the_fallback_takes_it(write_bot: WriteBot, tmp_path: Path) -> None:
    """A bot's own rule for `nlu_fallback` comes before the front door's asking back."""
    more = "rules:\n- rule: f\n  steps:\n  - intent: nlu_fallback\n  - action: utter_greet\n"
    folder = write_bot(**{"data/more.yml": more})
    bot = load(train(folder, tmp_path / "trained").folder)

    answer = answered(bot, FALLBACK_INTENT)

    assert answer.understood
    assert answer.contents[0].text == "Hello!"


def test_a_rule_hands_over(bot: RasaBot) -> None:
    """The reason tells a wish for a person from an intent that needs one."""
    assert answered(bot, "talk_to_human").hand_over == "asked_for_person"


def test_an_intent_that_needs_a_person_says_so(write_bot: WriteBot, tmp_path: Path) -> None:
    """A hand-over by rule names the intent as its reason, after what the rule says."""
    steps = "action: utter_greet\n  - action: action_pforte_hand_over"
    folder = write_bot(("data/rules.yml", "action: action_look_up", steps))
    answer = answered(load(train(folder, tmp_path / "trained").folder), "opening_hours")

    assert answer.hand_over == "intent"
    assert [content.text for content in answer.contents] == ["Hello!", "Nine to five, Hauptstraße."]


def test_a_custom_action_is_called_in_the_words_of_the_action_server(bot: RasaBot) -> None:
    """The call carries what rasa-sdk reads; its slots and responses come into the answer."""
    understanding = meant("opening_hours")
    calls, answer = finish(
        bot.answer(understanding, {"slots": {"place": "Markt"}}, "de", 1),
        {
            "events": [{"event": "slot", "name": "place", "value": "Rathaus"}],
            "responses": [
                {"text": "Found it.", "buttons": [{"title": "Hi", "payload": "/greet"}]},
                {"response": "utter_greet"},
            ],
        },
    )

    (call,) = calls
    assert call.action == "action_look_up"
    assert call.payload["next_action"] == "action_look_up"
    tracker = call.payload["tracker"]
    assert tracker["slots"] == {"language": "de", "place": "Markt"}
    assert tracker["latest_message"]["intent"] == {"name": "opening_hours", "confidence": 1.0}
    assert [content.text for content in answer.contents] == [
        "Found it.",
        "Guten Tag!",
        "Nine to five, Rathaus.",
    ]
    assert answer.contents[0].buttons[0].payload == "/greet"
    assert answer.tracker == {"slots": {"place": "Rathaus"}}


def test_slots_can_be_reset(bot: RasaBot) -> None:
    """After `reset_slots` the initial values hold again."""
    _, answer = finish(
        bot.answer(meant("opening_hours"), {"slots": {"place": "Markt"}}, "en", 1),
        {"events": [{"event": "reset_slots"}], "responses": []},
    )
    assert answer.tracker == {"slots": {"place": "Hauptstraße"}}


@pytest.mark.parametrize("payload", ["greet", "/unknown", "/greet now", '/greet{"a": "b"}', ""])
def test_only_a_known_payload_is_a_choice(bot: RasaBot, payload: str) -> None:
    """What is no payload of ours is a text, or nothing."""
    assert bot.chosen(payload) is None


def test_a_payload_is_a_choice(bot: RasaBot) -> None:
    """A tapped button means its intent, without doubt."""
    chosen = bot.chosen("/greet")
    assert chosen is not None
    assert (chosen.intent, chosen.confidence) == ("greet", 1.0)


def test_the_house_has_its_sentences(bot: RasaBot) -> None:
    """A bot without sentences for the front door has the built-in ones, in both languages."""
    german = bot.say("utter_pforte_hand_over", "de", 1, reference="WK-1")
    english = bot.say("utter_pforte_hand_over", "en", 1, reference="WK-1")
    assert "WK-1" in german.text
    assert "WK-1" in english.text
    assert german != english
    assert "https://werk.example/privacy" in bot.say("utter_pforte_disclosure", "de", 1).text


def test_a_bot_overrides_a_sentence_of_the_house(write_bot: WriteBot, tmp_path: Path) -> None:
    """The bot's own words win."""
    own = "  utter_pforte_fault:\n  - text: 'Oh, {reference}!'\n  utter_fire:"
    folder = write_bot(("domain.yml", "  utter_fire:", own))
    bot = load(train(folder, tmp_path / "trained").folder)

    assert bot.say("utter_pforte_fault", "de", 1, reference="7").text == "Oh, 7!"


def test_an_unknown_response_is_an_error(bot: RasaBot) -> None:
    """A misspelt sentence shows at once."""
    with pytest.raises(KeyError):
        bot.say("utter_pforte_nothing", "de", 1)


def test_an_intent_has_a_title(write_bot: WriteBot, tmp_path: Path) -> None:
    """Asking back names intents by their title; one without a title is not offered."""
    own = "  utter_title_greet:\n  - text: 'Say hello'\n  utter_fire:"
    folder = write_bot(("domain.yml", "  utter_fire:", own))
    bot = load(train(folder, tmp_path / "trained").folder)

    assert bot.title("greet", "en") == "Say hello"
    assert bot.title("opening_hours", "en") is None
