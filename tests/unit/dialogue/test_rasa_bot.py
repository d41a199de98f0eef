"""A trained bot answers by its rules, and calls actions in Rasa's words."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from conversation.bot import Answer, Bot, Heard
from conversation.intents import FALLBACK_INTENT
from conversation.turn import ActionCall
from conversation.understanding import Language, Understanding
from dialogue.rasa_bot import RasaBot, load
from pforte.bot.training import train

WriteBot = Callable[..., Path]

NOW = 1_795_348_800_000


@pytest.fixture
def bot(write_bot: WriteBot, tmp_path: Path) -> RasaBot:
    return load(train(write_bot(), tmp_path / "trained").folder)


def meant(intent: str) -> Understanding:
    return Understanding(text="…", intent=intent, confidence=1.0)


def heard(language: Language = "en", now: int = NOW, **slots: str | bool | None) -> Heard:
    return Heard(
        conversation="c", channel="whatsapp", language=language, now=now, seed=1, slots=slots
    )


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
    return finish(bot.answer(meant(intent), b"", heard(language)))[1]


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
    answer = answered(bot, FALLBACK_INTENT)
    assert not answer.understood
    assert answer.contents == ()


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
    calls, answer = finish(
        bot.answer(meant("opening_hours"), b"", heard("de")),
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
    assert tracker["slots"].items() >= {"language": "de", "place": "Hauptstraße"}.items()
    assert tracker["latest_message"]["intent"] == {"name": "opening_hours", "confidence": 1.0}
    assert [content.text for content in answer.contents] == [
        "Found it.",
        "Guten Tag!",
        "Nine to five, Rathaus.",
    ]
    assert answer.contents[0].buttons[0].payload == "/greet"
    assert bot.facts(answer.tracker) == {"place": "Rathaus"}


def test_the_key_of_a_call_is_where_actions_read_it(bot: RasaBot) -> None:
    """rasa-sdk hands an action the message with its metadata; the call itself stays as it is."""
    call = next(bot.answer(meant("opening_hours"), b"", heard()))
    keyed = call.keyed("turn/action_look_up/0")
    assert keyed.key == "turn/action_look_up/0"
    assert keyed.payload["tracker"]["latest_message"]["metadata"] == {"key": keyed.key}
    assert "key" not in str(call.payload["tracker"]["latest_message"])


@pytest.mark.parametrize(
    "result",
    [
        {"failed": "it took too long"},
        {"events": {"event": "slot"}},
        {"events": [{"event": "slot"}]},
        {"events": [{"event": "fireworks"}]},
        {"events": ["slot"]},
        {"responses": ["Hello!"]},
        {"responses": "Hello!"},
    ],
)
def test_a_failed_action_ends_the_turn(bot: RasaBot, result: dict[str, Any]) -> None:
    """What follows an action that failed is not said: it would speak of what was not done.

    An answer that makes no sense is a failure too.
    """
    _, answer = finish(bot.answer(meant("opening_hours"), b"", heard()), result)
    assert answer.failed == "action_look_up"
    assert answer.contents == ()


def test_an_action_that_refuses_is_no_failure(bot: RasaBot) -> None:
    """Something else is predicted: here nothing fits, and the front door asks back."""
    _, answer = finish(bot.answer(meant("opening_hours"), b"", heard()), {"rejected": True})
    assert not answer.failed
    assert not answer.understood


def test_slots_can_be_reset(bot: RasaBot) -> None:
    """After `reset_slots` the initial values hold again."""
    moved = {"events": [{"event": "slot", "name": "place", "value": "Markt"}], "responses": []}
    _, first = finish(bot.answer(meant("opening_hours"), b"", heard()), moved)
    _, answer = finish(
        bot.answer(meant("opening_hours"), first.tracker, heard()),
        {"events": [{"event": "reset_slots"}], "responses": []},
    )
    assert bot.facts(answer.tracker) == {"place": "Hauptstraße"}


def test_what_another_release_wrote_begins_anew(bot: RasaBot) -> None:
    """A tracker that cannot be read any more costs the customer the form, not the answer."""
    _, answer = finish(bot.answer(meant("greet"), b"?from another age", heard()))
    assert [content.text for content in answer.contents] == ["Hello!"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(10400.0, "10400"), (12.5, "12.5"), (7, "7"), ([1.0, "b"], "1, b"), (float("inf"), "inf")],
)
def test_whole_numbers_are_shown_as_such(bot: RasaBot, value: object, shown: str) -> None:
    """Rasa keeps numbers as floats; an agent reads 10400, as the customer wrote it."""
    moved = {"events": [{"event": "slot", "name": "place", "value": value}], "responses": []}
    _, answer = finish(bot.answer(meant("opening_hours"), b"", heard()), moved)
    assert bot.facts(answer.tracker) == {"place": shown}


def test_only_slots_of_the_domain_are_set(bot: RasaBot) -> None:
    """The front door may set what a bot does not have: nothing happens."""
    _, answer = finish(bot.answer(meant("greet"), b"", heard(verified=None, nobody=True)))
    assert "nobody" not in bot.facts(answer.tracker)
    assert answer.understood


@pytest.mark.parametrize("payload", ["greet", "/unknown", ""])
def test_only_a_known_payload_is_a_choice(bot: RasaBot, payload: str) -> None:
    """What is no payload of ours is a text, or nothing."""
    assert bot.chosen(payload) is None


def test_a_payload_is_a_choice(bot: RasaBot) -> None:
    """A tapped button means its intent, without doubt."""
    chosen = bot.chosen('/greet{"a": "b"}')
    assert chosen is not None
    assert (chosen.intent, chosen.confidence, chosen.chosen) == ("greet", 1.0, True)


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


def test_a_slot_has_a_title(write_bot: WriteBot, tmp_path: Path) -> None:
    """What a slot is called is no title of an intent; one may have none, or one for all."""
    own = """\
  utter_slot_title_greet:
  - text: 'Gruß'
    condition: [{type: slot, name: language, value: de}]
  - text: 'Greeting'
    condition: [{type: slot, name: language, value: en}]
  utter_slot_title_place:
  - text: 'Place'
  utter_fire:"""
    folder = write_bot(("domain.yml", "  utter_fire:", own))
    bot = load(train(folder, tmp_path / "trained").folder)

    assert (bot.slot_title("greet", "de"), bot.slot_title("greet", "en")) == ("Gruß", "Greeting")
    assert (bot.slot_title("place", "de"), bot.slot_title("place", "en")) == ("Place", "Place")
    assert bot.slot_title("language", "de") is None
    assert bot.title("greet", "de") is None


def test_an_intent_has_a_title(write_bot: WriteBot, tmp_path: Path) -> None:
    """Asking back names intents by their title; one without a title is not offered."""
    own = "  utter_title_greet:\n  - text: 'Say hello'\n  utter_fire:"
    folder = write_bot(("domain.yml", "  utter_fire:", own))
    bot = load(train(folder, tmp_path / "trained").folder)

    assert bot.title("greet", "en") == "Say hello"
    assert bot.title("opening_hours", "en") is None
