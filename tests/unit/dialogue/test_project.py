"""A bot's files are read as Rasa reads them, and what is wrong is told by file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dialogue.compile import compile_project, nlu_settings
from dialogue.compiled import CompiledBot
from dialogue.project import file_language, read_project
from dialogue.source import ProjectError

WriteBot = Callable[..., Path]


def compiled(folder: Path) -> CompiledBot:
    return compile_project(read_project(folder))


WRONG = {
    "an unknown intent in a rule": (
        ("data/rules.yml", "intent: greet", "intent: greeet"),
        "data/rules.yml:3: intent 'greeet' is not in the domain. Add",
    ),
    "an unknown response in a rule": (
        ("data/rules.yml", "utter_greet", "utter_gret"),
        "data/rules.yml:6: response 'utter_gret' is not in the domain. Add",
    ),
    "an unknown action in a rule": (
        ("data/rules.yml", "action_look_up", "action_restart"),
        "data/rules.yml:10: action 'action_restart' is not in the domain",
    ),
    "a second rule that contradicts": (
        ("data/rules.yml", "intent: opening_hours", "intent: greet"),
        "data/rules.yml:7: intent 'greet' already has a rule at",
    ),
    "a rule with a form": (
        ("data/rules.yml", "  - action: utter_greet", "  - active_loop: a_form"),
        "data/rules.yml:6: only rules of one intent and then actions are supported yet",
    ),
    "a rule under a condition": (
        ("data/rules.yml", "- rule: greet\n", "- rule: greet\n  condition:\n  - active_loop: f\n"),
        "data/rules.yml:4: 'condition' of a rule is not supported yet",
    ),
    "a rule that goes on": (
        ("data/rules.yml", "- rule: greet\n", "- rule: greet\n  wait_for_user_input: false\n"),
        "data/rules.yml:4: 'wait_for_user_input' of a rule is not supported yet",
    ),
    "an example of an unknown intent": (
        ("data/nlu_en.yml", "intent: greet", "intent: grete"),
        "data/nlu_en.yml:5: intent 'grete' is not in the domain. Add",
    ),
    "an example without its dash": (
        ("data/nlu_en.yml", "- are you open on sunday", "are you open on sunday"),
        "data/nlu_en.yml:13: 'are you open on sunday' does not begin with '- '",
    ),
    "a button that leads nowhere": (
        ("domain.yml", "payload: /opening_hours", "payload: opening_hours"),
        "domain.yml:27: payload 'opening_hours' is not '/' and an intent of the domain",
    ),
    "a condition on an unknown slot": (
        ("domain.yml", "name: language, value: de", "name: lingua, value: de"),
        "domain.yml:23: slot 'lingua' is not in the domain",
    ),
    "a response without a text": (
        ("domain.yml", '- text: "112!"', "- image: x.png"),
        "domain.yml:31: a variation of 'utter_fire' has no 'text:'",
    ),
    "a slot's value that is none": (
        ("domain.yml", "initial_value: Hauptstraße", "initial_value: {a: b}"),
        "domain.yml:14: a slot's value is a text, number",
    ),
    "a language that the house does not speak": (
        ("pforte.yml", "languages: [en, de]", "languages: [fr]"),
        "pforte.yml:4: languages is a list of 'de' and 'en'",
    ),
    "the same key twice": (
        ("domain.yml", "  utter_fire:", "  utter_greet:"),
        "domain.yml:30: not valid YAML (found duplicate key",
    ),
    "broken YAML": (
        ("domain.yml", "intents:\n- greet", "intents: [greet\n- greet"),
        "domain.yml:6: not valid YAML",
    ),
    "a team that does not exist": (
        ("pforte.yml", "default_team: office", "team_by_intent:\n  greet: garage"),
        "pforte.yml:8: team 'garage' is not among the teams",
    ),
    "a setting of the front door that is misspelt": (
        ("pforte.yml", "default_team: office", "default_taem: office"),
        "pforte.yml:7: default_taem: Extra inputs are not permitted",
    ),
    "a number that is none": (
        ("pforte.yml", "default_team: office", "default_team: office\nreopening_hours: soon"),
        "pforte.yml:8: reopening_hours: Input should be a valid integer",
    ),
    "danger words without words to say": (
        ("pforte.yml", "utter_fire", "utter_water"),
        "pforte.yml:9: response 'utter_water' of danger words is not in the domain",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_names_file_line_and_remedy(write_bot: WriteBot, case: str) -> None:
    """An author finds the place of a mistake without searching."""
    replacement, expected = WRONG[case]
    folder = write_bot(replacement)

    with pytest.raises(ProjectError) as error:
        compiled(folder)

    assert str(error.value).startswith(f"{folder}/{expected}")
    assert str(error.value).endswith(".")


def test_a_name_that_is_given_twice_is_an_error(write_bot: WriteBot) -> None:
    """Of two definitions in two files, none wins silently."""
    folder = write_bot(**{"data/more.yml": 'responses:\n  utter_greet:\n  - text: "Hi"\n'})

    with pytest.raises(ProjectError, match=r"'utter_greet' of responses is already at .*:21"):
        compiled(folder)


def test_wrong_settings_of_the_intent_layer_name_their_line(write_bot: WriteBot) -> None:
    """`precision: 95` is told at its line of config.yml."""
    folder = write_bot(**{"config.yml": "language: de\npforte:\n  precision: 95\n"})

    with pytest.raises(ProjectError, match=r"config.yml:3: precision: Input should be less than"):
        nlu_settings(read_project(folder))


RASA = """\
pipeline:
- name: WhitespaceTokenizer
- name: {name}
  {keys}
pforte:
  precision: 0.8
"""


@pytest.mark.parametrize(
    ("keys", "threshold", "ambiguity"),
    [
        ("threshold: 0.7", 0.7, 0.0),
        ("ambiguity_threshold: 0.2", None, 0.2),
        ("threshold: 1\n  ambiguity_threshold: 0", 1.0, 0.0),
        ("# as Rasa has it", None, 0.0),
    ],
)
def test_the_keys_of_rasas_fallback_win(
    write_bot: WriteBot, keys: str, threshold: float | None, ambiguity: float
) -> None:
    """An author who set them meant them; what Rasa would assume does not count."""
    for name in ("FallbackClassifier", "rasa.nlu.classifiers.fallback.FallbackClassifier"):
        folder = write_bot(**{"config.yml": RASA.format(name=name, keys=keys)})
        settings = nlu_settings(read_project(folder))
        assert (settings.threshold, settings.ambiguity) == (threshold, ambiguity)
        assert settings.precision == 0.8


@pytest.mark.parametrize("value", ["70", "-0.1", "true", "high"])
def test_a_wrong_threshold_names_its_line(write_bot: WriteBot, value: str) -> None:
    """A share is between 0 and 1."""
    config = RASA.format(name="FallbackClassifier", keys=f"threshold: {value}")
    folder = write_bot(**{"config.yml": config})

    with pytest.raises(ProjectError, match=r"config.yml:4: a threshold is a number from 0 to 1"):
        nlu_settings(read_project(folder))


def test_what_is_not_supported_yet_is_told(write_bot: WriteBot) -> None:
    """Nothing of the format is passed over in silence: a warning names file and line."""
    folder = write_bot(
        ("domain.yml", "Hauptstraße\n    mappings:\n    - type: custom", "x\n    mappings: [{}]"),
        ("data/nlu_en.yml", "hello there", "[hello](greeting) there"),
        **{
            "data/stories.yml": "stories:\n- story: a\n  steps: []\nform: {}\nforms: {f: {}}\n",
            "data/new.yml": 'version: "4.0"\nintents: [future]\n',
        },
    )

    project = read_project(folder)
    bot = compile_project(project)

    told = {warning.removeprefix(f"{folder}/").split(":")[0] for warning in project.warnings}
    assert told == {"data/stories.yml", "data/new.yml", "data/nlu_en.yml", "domain.yml"}
    assert "future" not in bot.intents
    by_place = {w.removeprefix(f"{folder}/").split(": ", 1)[0]: w for w in project.warnings}
    assert "stories are not run yet" in by_place["data/stories.yml:1"]
    assert "misspelt" in by_place["data/stories.yml:4"]
    assert "forms are not run yet" in by_place["data/stories.yml:5"]
    assert "above 3.1" in by_place["data/new.yml:1"]
    assert "entity 'greeting' is not in the domain" in by_place["data/nlu_en.yml:7"]
    assert "hello there" in [example.text for example in project.examples]


def test_intents_without_rule_or_examples_are_told(write_bot: WriteBot) -> None:
    """An intent that is never answered, or never recognised, does not stay unnoticed."""
    folder = write_bot(("domain.yml", "- greet\n", "- greet\n- lonely\n"))
    project = read_project(folder)

    compile_project(project)

    assert [w.split(": ", 1)[1] for w in project.warnings] == [
        "intent 'lonely' has no rule: the bot does not answer it.",
        "intent 'lonely' has no examples: it is never recognised.",
    ]


def test_domain_and_data_may_be_folders(write_bot: WriteBot, tmp_path: Path) -> None:
    """A large bot is split into files as its author likes."""
    folder = write_bot()
    whole = compiled(folder)
    (folder / "domain").mkdir()
    (folder / "domain.yml").rename(folder / "domain" / "all.yml")
    (folder / "data" / "deep").mkdir()
    (folder / "data" / "rules.yml").rename(folder / "data" / "deep" / "rules.yaml")

    assert compiled(folder) == whole


def test_the_bot_survives_its_json(write_bot: WriteBot) -> None:
    """What training writes is what runs."""
    bot = compiled(write_bot())

    assert CompiledBot.from_json(bot.to_json()) == bot


def test_the_front_door_is_read(write_bot: WriteBot) -> None:
    """pforte.yml becomes the front door's settings, danger words with what is said to them."""
    door = compiled(write_bot()).front_door

    assert door.default_language == "en"
    assert door.teams["office"]["de"] == "Büro"
    assert door.danger_words[0].words == ("Feuer", "fire")
    assert door.danger_words[0].response == {"de": "112!", "en": "112!"}


@pytest.mark.parametrize(
    ("path", "language"),
    [("data/nlu_de.yml", "de"), ("data/en/nlu.yml", "en"), ("en.yml", "en"), ("nlu.yml", None)],
)
def test_a_file_name_says_the_language(path: str, language: str | None) -> None:
    """Authors say the language of examples by the name of file or folder."""
    assert file_language(Path(path)) == language


def test_a_block_says_its_own_language(write_bot: WriteBot) -> None:
    """`metadata` of an intent's block overrules the file's name."""
    folder = write_bot(
        ("data/nlu_en.yml", "- intent: greet\n", "- intent: greet\n  metadata: {language: de}\n")
    )

    languages = {e.intent: e.language for e in read_project(folder).examples}

    assert languages == {"greet": "de", "opening_hours": "en", "talk_to_human": "en"}
