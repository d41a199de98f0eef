"""A bot's files are read as Rasa reads them, and what is wrong is told by file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dialogue.compile import Compiled, compile_project, nlu_settings
from dialogue.compiled import CompiledBot
from dialogue.project import file_language, read_project
from dialogue.source import ProjectError

WriteBot = Callable[..., Path]


def compiled(folder: Path) -> Compiled:
    return compile_project(folder, read_project(folder))


WRONG = {
    "a second rule that contradicts": (
        ("data/rules.yml", "intent: opening_hours", "intent: greet"),
        "data/rules.yml:3: rule 'greet' goes on with 'utter_greet'",
    ),
    "an example of an unknown intent": (
        ("data/nlu_en.yml", "intent: greet", "intent: grete"),
        "data/nlu_en.yml:5: intent 'grete' is not in the domain. Add",
    ),
    "an example without its dash": (
        ("data/nlu_en.yml", "- are you open on sunday", "are you open on sunday"),
        "data/nlu_en.yml:13: 'are you open on sunday' does not begin with '- '",
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
    "a template that nobody could fill": (
        (
            "pforte.yml",
            "default_team: office",
            "default_team: office\ntemplates:\n- {name: hi, language: en, body: 'Hi {{1}}, hi.'}",
        ),
        "pforte.yml:9: templates.0: Value error, 1 placeholders, but 0 parameters",
    ),
    "a template that stands there twice": (
        (
            "pforte.yml",
            "default_team: office",
            "templates:\n" + "- {name: hi, language: en, body: Hi.}\n" * 2,
        ),
        "pforte.yml:9: template 'hi' stands there twice for 'en'",
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


ODD = {
    "an unknown intent in a rule": (
        ("data/rules.yml", "intent: greet", "intent: greeet"),
        "data/rules.yml:5: intent 'greeet' is not in the domain.",
    ),
    "an unknown response in a rule": (
        ("data/rules.yml", "utter_greet", "utter_gret"),
        "data/rules.yml:6: action 'utter_gret' is not in the domain",
    ),
    "a button without a payload": (
        ("domain.yml", "payload: /opening_hours", "load: /opening_hours"),
        "domain.yml:26: a button needs 'payload:'",
    ),
    "a button that leads nowhere": (
        ("domain.yml", "payload: /opening_hours", "payload: /opening"),
        "domain.yml:27: payload '/opening' names no intent of the domain.",
    ),
    "a condition on an unknown slot": (
        ("domain.yml", "name: language, value: de", "name: lingua, value: de"),
        "domain.yml:23: slot 'lingua' is not in the domain.",
    ),
    "a response that says nothing": (
        ("domain.yml", '- text: "112!"', "- custom: {a: b}"),
        "domain.yml:31: this variation of 'utter_fire' says nothing that is sent here.",
    ),
    "a section that is misspelt": (
        ("data/rules.yml", "rules:", "form: {}\nrules:"),
        "data/rules.yml:2: unknown key 'form' is ignored.",
    ),
    "a format of tomorrow": (
        ("data/rules.yml", 'version: "3.1"', 'version: "4.0"'),
        'data/rules.yml:1: version "4.0" is above 3.1',
    ),
    "an entity that the domain does not know": (
        ("data/nlu_en.yml", "hello there", "[hello](greeting) there"),
        "data/nlu_en.yml:7: entity 'greeting' is not in the domain",
    ),
    "a response that is given twice": (
        ("data/rules.yml", "rules:", "responses: {utter_greet: [{text: Hi}]}\nrules:"),
        "data/rules.yml:2: 'utter_greet' of responses is already at",
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_odd_is_told_by_file_and_line(write_bot: WriteBot, case: str) -> None:
    """What Rasa trains is trained; what will not be as it looks is said."""
    replacement, expected = ODD[case]
    folder = write_bot(replacement)
    assert [w for w in compiled(folder).warnings if w.startswith(f"{folder}/{expected}")]


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


def test_intents_without_examples_are_told(write_bot: WriteBot) -> None:
    """An intent that is never recognised, nor tapped, does not stay unnoticed."""
    folder = write_bot(
        ("domain.yml", "- greet\n", "- greet\n- lonely\n- tapped\n"),
        ("domain.yml", "payload: /opening_hours", 'payload: \'/tapped{{"a": "b"}}\''),
    )

    assert [w.split(": ", 1)[1] for w in compiled(folder).warnings] == [
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

    again = compiled(folder)
    assert again.bot == whole.bot
    assert again.runtime.domain == whole.runtime.domain


def test_a_line_of_blanks_above_examples_is_read_as_empty(write_bot: WriteBot) -> None:
    """YAML allows it, and so does Rasa: no reader's quirk stops a bot that runs elsewhere."""
    folder = write_bot()
    (folder / "data" / "more_en.yml").write_text(
        "nlu:\n- intent: greet\n  examples: |\n  \n    - a very fine day\n"
    )

    found = [each for each in read_project(folder).examples if each.text == "a very fine day"]

    assert [each.node.line for each in found] == [5]


def test_the_bot_survives_its_json(write_bot: WriteBot) -> None:
    """What training writes is what runs."""
    bot = compiled(write_bot()).bot

    assert CompiledBot.from_json(bot.to_json()) == bot


def test_the_front_door_is_read(write_bot: WriteBot) -> None:
    """pforte.yml becomes the front door's settings, danger words with what is said to them."""
    door = compiled(write_bot()).bot.front_door

    assert door.default_language == "en"
    assert door.teams["office"]["de"] == "Büro"
    assert door.danger_words[0].words == ("Feuer", "fire")
    assert door.danger_words[0].response == {"de": "112!", "en": "112!"}


@pytest.mark.parametrize(("written", "spoken"), [("", "en"), ("fr", "en"), ("de", "de")])
def test_a_plain_rasa_bot_has_a_front_door_for_trying_it_out(
    write_bot: WriteBot, written: str, spoken: str
) -> None:
    """Without pforte.yml its settings are made up, in Rasa's language, and the author is told."""
    folder = write_bot(**{"config.yml": f"language: {written}\n"})
    (folder / "pforte.yml").unlink()

    found = compiled(folder)

    assert (found.bot.front_door.company, found.bot.front_door.default_language) == ("bot", spoken)
    assert [each for each in found.warnings if "pforte.yml: is missing" in each]


def test_templates_are_read(write_bot: WriteBot) -> None:
    """What stands in pforte.yml under `templates` is what agents can send."""
    written = "templates:\n- name: hi\n  language: en_GB\n  body: Hi {{1}}, hi.\n"
    parameters = "  parameters: [{de: Name, en: Name, suggest: name}]"
    folder = write_bot(("pforte.yml", "default_team: office", written + parameters))

    [template] = compiled(folder).bot.front_door.templates

    assert (template.name, template.language, template.spoken) == ("hi", "en_GB", "en")
    assert template.parameters[0].suggest == "name"


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
