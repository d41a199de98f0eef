"""What an author wrote is learnt, or refused with file, line and what to do."""

from pathlib import Path

import pytest

from dialogue.runtime.events import said
from dialogue.source import ProjectError
from dialogue.teaching.bot import teach
from tests.unit.dialogue.dialogues import Talk, taught, write

DOMAIN = """\
intents: [greet, bye, yes, no, more]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  flag: {type: bool, mappings: [{type: custom}]}
forms:
  trip_form: {required_slots: [city]}
responses:
  utter_greet: [{text: hello}]
  utter_bye: [{text: bye}]
  utter_yes: [{text: good}]
  utter_no: [{text: sad}]
  utter_more: [{text: more}]
actions: [action_look]
"""

MEMORY = "policies: [{name: MemoizationPolicy}, {name: RulePolicy}]\n"

GREET = """\
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
"""

LONG_RULE = """\
rules:
- rule: r
  steps: [{intent: greet}, {action: utter_greet}, {intent: bye}, {action: utter_bye}]
"""

FORGOTTEN_SLOT = """\
rules:
- rule: one
  steps: [{intent: greet}, {action: action_look}, {slot_was_set: [{flag: true}]}]
- rule: two
  steps: [{intent: bye}, {action: action_look}, {action: utter_bye}]
"""

FORGOTTEN_LOOP = """\
rules:
- rule: one
  steps: [{intent: greet}, {action: trip_form}, {active_loop: trip_form}]
- rule: two
  steps: [{intent: bye}, {action: trip_form}, {action: utter_bye}]
"""

EITHER_RULE = """\
rules:
- rule: either
  steps: [{or: [{intent: "yes"}, {intent: more}]}, {action: utter_yes}]
"""

EITHER_STORY = """\
stories:
- story: either
  steps:
  - or: [{intent: greet}, {intent: bye}]
  - action: utter_greet
  - intent: "no"
  - action: utter_no
"""


@pytest.mark.parametrize(
    ("domain", "rules", "stories", "config", "complaint"),
    [
        (DOMAIN.replace("type: text, ", ""), "", "", "", "domain.yml:5: slot 'city' has the type"),
        (
            DOMAIN.replace(", mappings: [{type: custom}]", ""),
            "",
            "",
            "",
            "domain.yml:6: slot 'flag' has no 'mappings:'",
        ),
        (DOMAIN.replace("from_entity, e", "from_words, e"), "", "", "", "the type 'from_words'"),
        (DOMAIN.replace(", entity: city}", "}"), "", "", "", "needs 'entity:'. Add it."),
        (
            DOMAIN.replace("{required_slots: [city]}", "{city: [{type: from_text}]}"),
            "",
            "",
            "",
            "domain.yml:8: form 'trip_form' needs 'required_slots:'",
        ),
        (DOMAIN + "e2e_actions: [hello]\n", "", "", "", "end-to-end actions are not supported"),
        (DOMAIN.replace("[action_look]", "[action_query_knowledge_base]"), "", "", "", "not supp"),
        (
            DOMAIN,
            "rules:\n- rule: r\n  steps:\n  - intent: greet\n  - bot: hello\n",
            "",
            "",
            "data/rules.yml:6: end-to-end steps ('bot:') are not supported",
        ),
        (
            DOMAIN,
            "",
            "stories:\n- story: s\n  steps:\n  - user: hello there\n  - action: utter_greet\n",
            MEMORY,
            "data/stories.yml:5: a message without 'intent:' (end-to-end) is not supported",
        ),
        (
            DOMAIN,
            "rules:\n- rule: r\n  steps:\n  - intnt: greet\n",
            "",
            "",
            "data/rules.yml:5: a step is one of",
        ),
        (
            DOMAIN,
            "",
            "stories:\n- story: s\n  steps: [{intent: greet}, {action: utter_greet}]\n",
            "policies: [{name: TEDPolicy}, {name: RulePolicy}]\n",
            "data/stories.yml:3: no policy that is run here would follow this story",
        ),
        (DOMAIN, "", "", "policies: [{name: my.own.Policy}]\n", "policy 'Policy' is not supported"),
        (
            DOMAIN,
            LONG_RULE,
            "",
            "",
            "data/rules.yml:3: rule 'r' has more than one user message. Make a story of it.",
        ),
        (
            DOMAIN,
            GREET,
            "stories:\n- story: s\n  steps: [{intent: greet}, {action: utter_bye}]\n",
            MEMORY,
            "stories.yml:3: story 's' goes on with 'utter_bye', but 'greet' with 'utter_greet'",
        ),
        (
            DOMAIN,
            GREET + "- rule: other\n  steps: [{intent: greet}, {action: utter_bye}]\n",
            "",
            "",
            "rules.yml:3: rule 'greet' goes on with 'utter_greet', but 'other' with 'utter_bye'",
        ),
        (
            DOMAIN,
            FORGOTTEN_SLOT,
            "",
            "",
            "data/rules.yml:5: action 'action_look' sets 'flag' in another rule",
        ),
        (
            DOMAIN,
            FORGOTTEN_LOOP,
            "",
            "",
            "data/rules.yml:5: form 'trip_form' sets the active loop in another rule",
        ),
    ],
)
def test_what_would_not_behave_as_written_is_refused(
    tmp_path: Path, domain: str, rules: str, stories: str, config: str, complaint: str
) -> None:
    """The author gets the place and a remedy, before anything is deployed."""
    with pytest.raises(ProjectError) as refused:
        taught(tmp_path, domain, rules, stories, config)
    assert complaint in str(refused.value)
    assert str(tmp_path) in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("text", "TextSlot"),
        ("bool", "BooleanSlot"),
        ("categorical", "CategoricalSlot"),
        ("float", "FloatSlot"),
        ("list", "ListSlot"),
        ("any", "AnySlot"),
    ],
)
def test_a_slot_type_may_be_named_by_the_class_of_rasa(
    tmp_path: Path, kind: str, name: str
) -> None:
    """Domains that Rasa's own tools wrote name types so; it is the same slot."""
    named = DOMAIN.replace("{type: bool", f"{{type: rasa.shared.core.slots.{name}")
    named_by_class = taught(tmp_path / "a", named).runtime.domain.slots["flag"]

    plainly = DOMAIN.replace("{type: bool", f"{{type: {kind}")
    assert named_by_class == taught(tmp_path / "b", plainly).runtime.domain.slots["flag"]
    assert named_by_class.type == kind


def test_a_folder_without_a_domain_is_no_bot(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(ProjectError, match="no domain"):
        teach(tmp_path)


def test_what_is_only_odd_is_a_warning(tmp_path: Path) -> None:
    """Rasa trains such bots, so they are trained here; the author hears of it."""
    made = taught(
        tmp_path,
        DOMAIN + "colours: [red]\n",
        GREET + "- rule: later\n  steps: [{intent: adieu}, {action: utter_adieu}]\n",
        "",
        "policies: [{name: TEDPolicy, epochs: 1}, {name: RulePolicy, colour: red}]\n",
    )

    assert [warning.partition(": ")[2] for warning in made.warnings] == [
        "unknown key 'colours' is ignored. Is it misspelt?",
        "intent 'adieu' is not in the domain.",
        "action 'utter_adieu' is not in the domain: add it there or correct it.",
        "TEDPolicy is machine-learned and not run: rules and stories answer.",
        "'colour' of RulePolicy is not used.",
    ]
    assert made.warnings[1].startswith(f"{tmp_path}/data/rules.yml:6")


def test_a_file_of_a_higher_version_is_skipped(tmp_path: Path) -> None:
    """As in Rasa, but not silently."""
    write(tmp_path, DOMAIN, GREET)
    file = tmp_path / "data" / "rules.yml"
    file.write_text(file.read_text().replace('"3.1"', '"4.0"'))

    made = teach(tmp_path)

    assert "above 3.1: the file is skipped" in made.warnings[0]
    assert Talk(made.runtime).do("/greet") == [
        "action_session_start",
        "action_listen",
        "action_default_fallback",
        "action_listen",
    ]


def test_domain_and_data_may_be_folders_in_any_split(tmp_path: Path) -> None:
    """Any file may hold any section, and a domain may come in parts."""
    write(tmp_path, "")
    (tmp_path / "domain.yml").unlink()
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "a.yml").write_text("intents: [greet]\n")
    (tmp_path / "domain" / "b.yml").write_text(
        f"responses: {{utter_greet: [{{text: hi}}]}}\n{GREET}"
    )

    assert Talk(teach(tmp_path).runtime).hear("/greet") == ["hi"]


def test_files_of_tests_are_not_learnt(tmp_path: Path) -> None:
    """What `test_` begins in data/ is for `bot test`: a story there teaches nothing."""
    write(tmp_path, DOMAIN, GREET)
    (tmp_path / "data" / "test_stories.yml").write_text("stories:\n- story: s\n")

    assert teach(tmp_path).warnings == []


def test_rules_may_be_longer_where_the_author_says_so(tmp_path: Path) -> None:
    """`restrict_rules: false` is Rasa's way to allow more than one message."""
    config = "policies: [{name: RulePolicy, restrict_rules: false}]\n"
    talk = Talk(taught(tmp_path, DOMAIN, LONG_RULE, "", config).runtime)

    assert [*talk.hear("/greet"), *talk.hear("/bye")] == ["hello", "bye"]


def test_an_intent_uses_the_entities_that_it_names(tmp_path: Path) -> None:
    """Named or not ignored, with their roles; what does not influence is for none by itself."""
    domain = (
        "entities: [day, {city: {roles: [to]}}, {size: {influence_conversation: false}}]\n"
        "intents:\n- all\n- some: {use_entities: [city]}\n- none: {use_entities: []}\n"
        "- rest: {ignore_entities: [city, size]}\n"
    )
    intents = taught(tmp_path, domain).runtime.domain.intents

    assert {name: intents[name] for name in ("all", "some", "none", "rest")} == {
        "all": ["city", "city#to", "day"],
        "some": ["city", "city#to"],
        "none": [],
        "rest": ["day"],
    }


@pytest.mark.parametrize(
    "message",
    [
        "entities: [{city: Bonn}]",
        "user: 'in [Bonn](city)'",
        """user: '/greet{"city": "Bonn"}'""",
    ],
)
@pytest.mark.parametrize(("stored", "heard"), [("true", ["hello"]), ("false", [])])
def test_entities_of_a_story_fill_slots_unless_the_domain_says_no(
    tmp_path: Path, message: str, stored: str, heard: list[str]
) -> None:
    """However they are written. Where they do not, the conversation's slot makes it another."""
    story = (
        "stories:\n- story: s\n  steps:\n"
        f"  - intent: greet\n    {message}\n  - action: utter_greet\n"
    )
    domain = f"{DOMAIN}config: {{store_entities_as_slots: {stored}}}\n"
    talk = Talk(taught(tmp_path, domain, "", story, MEMORY).runtime)

    assert talk.hear('/greet{"city": "Bonn"}') == heard


def test_either_of_several_intents_may_begin(tmp_path: Path) -> None:
    """`or` in a story or rule is one story or rule for each."""
    runtime = taught(tmp_path, DOMAIN, EITHER_RULE, EITHER_STORY, MEMORY).runtime

    for first in ("/greet", "/bye"):
        talk = Talk(runtime)
        assert [*talk.hear(first), *talk.hear("/no")] == ["hello", "sad"]
    assert [Talk(runtime).hear(each) for each in ("/yes", "/more")] == [["good"], ["good"]]


CHECKPOINTS = """\
stories:
- story: begin
  steps: [{intent: greet}, {action: utter_greet}, {checkpoint: asked}]
- story: yes
  steps: [{checkpoint: asked}, {intent: yes}, {action: utter_yes}]
- story: no
  steps:
  - checkpoint: asked
    slot_was_set: [{city: null}]
  - intent: "no"
  - action: utter_no
  - checkpoint: asked
"""


def test_stories_meet_at_checkpoints(tmp_path: Path) -> None:
    """A story goes on where others ended, in a circle too, if its slots allow."""
    runtime = taught(tmp_path, DOMAIN, "", CHECKPOINTS, MEMORY).runtime
    talk = Talk(runtime)

    assert [talk.hear(each) for each in ("/greet", "/no", "/yes")] == [["hello"], ["sad"], ["good"]]
    assert Talk(runtime).do("/no")[-2] == "action_default_fallback"


def test_a_retrieval_intent_says_the_response_that_was_chosen(tmp_path: Path) -> None:
    """The action `utter_faq` is there without being listed, and takes `utter_faq/hours`."""
    domain = "intents: [faq]\nresponses: {utter_faq/hours: [{text: nine}], utter_faq/place: []}\n"
    rules = "rules:\n- rule: faq\n  steps: [{intent: faq}, {action: utter_faq}]\n"
    write(tmp_path, domain, rules)
    (tmp_path / "data" / "nlu.yml").write_text(
        "nlu:\n- intent: faq/hours\n  examples: |\n    - when\n"
        "- intent: faq/place\n  examples: |\n    - where\n"
    )
    made = teach(tmp_path)
    chosen = {"default": {"response": {"utter_action": "utter_faq/hours"}}}
    message = said("when?", "faq", response_selector=chosen)

    assert made.warnings == []
    assert Talk(made.runtime).hear("when?", message=message) == ["nine"]
