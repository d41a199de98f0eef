"""A bot's test stories are run as `rasa test core` runs them."""

import json
from pathlib import Path

import pytest

from conversation.understanding import Entity, Understanding
from pforte.bot.story_tests import StoryResult, run_stories_of
from pforte.cli import main
from tests.unit.dialogue.dialogues import write

DOMAIN = """\
intents: [greet, order, inform, hours, faq]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
forms:
  order_form: {required_slots: [size]}
responses:
  utter_greet: [{text: hi}]
  utter_hours: [{text: nine to five}]
  utter_done: [{text: done}]
  utter_ask_size: [{text: which size}]
"""

RULES = """\
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: hours
  steps: [{intent: hours}, {action: utter_hours}]
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]
"""


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    return write(tmp_path, DOMAIN, RULES)


def run(bot: Path, steps: str) -> StoryResult:
    story = f'version: "3.1"\nstories:\n- story: told\n  steps:\n{steps}'
    (bot / "tests" / "test_stories.yml").write_text(story)
    return run_stories_of(bot)


def test_all_stories_of_a_public_bot_pass_as_in_rasa(
    pforte_shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What passes in Rasa with rules and memorised stories passes here."""
    bot = pforte_shared / "rasa-golden" / "financial-demo"

    status = main(["bot", "test", "--bot", str(bot), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert told == {"stories": 48, "passed": 48, "differences": []}
    assert status == 0


def test_a_wrong_step_is_told_with_its_place_and_what_is_predicted(bot: Path) -> None:
    """The author sees the story's line, what was expected, and which policy said otherwise."""
    result = run(bot, "  - intent: greet\n    user: hello\n  - action: utter_done\n")

    assert (result.stories, result.passed) == (1, 0)
    assert result.differences[0].startswith(f"{bot}/tests/test_stories.yml:3: told: after 'hello'")
    assert "'utter_done' was expected, RulePolicy predicts 'utter_greet'" in result.differences[0]


def test_the_story_goes_on_as_told_after_a_wrong_prediction(bot: Path) -> None:
    """One wrong step does not make the following ones wrong."""
    result = run(
        bot,
        "  - intent: greet\n  - action: utter_hours\n  - intent: hours\n  - action: utter_hours\n",
    )

    assert ["'/greet'" in each for each in result.differences] == [True, True]


def test_a_form_may_have_refused_where_the_story_does_something_else(bot: Path) -> None:
    """A question inside a form is no wrong prediction, although the form would come first."""
    result = run(
        bot,
        "  - intent: order\n  - action: order_form\n  - active_loop: order_form\n"
        "  - intent: hours\n  - action: utter_hours\n  - action: order_form\n"
        "  - user: '[big](size)'\n    intent: inform\n  - action: order_form\n"
        "  - active_loop: null\n  - action: utter_done\n",
    )

    assert result.differences == []
    assert result.passed == 1


def test_a_test_message_without_intent_is_one_that_nothing_answers(bot: Path) -> None:
    """Rasa reads such a step too: the story is judged at it, not refused, and its form goes on."""
    result = run(
        bot,
        "  - user: is this [big](size)\n  - action: utter_hours\n"
        "  - intent: order\n  - action: order_form\n  - active_loop: order_form\n"
        "  - user: '[big](size)'\n  - action: order_form\n"
        "  - active_loop: null\n  - action: utter_done\n",
    )

    first, after_it = result.differences
    assert "after 'is this big' 'utter_hours' was expected" in first
    assert "RulePolicy predicts 'action_default_fallback'" in first
    assert "after 'is this big', 'utter_hours' 'action_listen' was expected" in after_it


def test_a_plain_rasa_bot_has_its_stories_run_without_its_test_messages(
    bot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stories need no pforte.yml; messages need a trained bot, and the author hears of them."""
    run(bot, "  - intent: greet\n  - action: utter_greet\n")
    (bot / "tests" / "nlu.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - hey\n")

    assert main(["bot", "test", "--bot", str(bot), "--json"]) == 0

    told = capsys.readouterr()
    assert json.loads(told.out) == {"stories": 1, "passed": 1, "differences": []}
    assert "tests: 1 test messages are left out: a bot without pforte.yml" in told.err


def test_stories_that_say_the_same_are_all_counted(bot: Path) -> None:
    """Two stories that nothing but their names tells apart are two."""
    result = run(
        bot,
        "  - intent: greet\n  - action: utter_greet\n"
        "- story: again\n  steps:\n  - intent: greet\n  - action: utter_greet\n",
    )

    assert (result.stories, result.passed) == (2, 2)


def test_with_nlu_a_text_must_be_understood_as_the_story_says(bot: Path) -> None:
    """A wrong intent and a missing entity fail the story; its actions are judged all the same."""
    run(bot, "  - user: 'a [big](size) one'\n    intent: greet\n  - action: utter_greet\n")

    def wrong(text: str) -> Understanding:
        return Understanding(text=text, intent="hours", confidence=1.0)

    def right(text: str) -> Understanding:
        big = Entity(entity="size", value="big", start=2, end=5)
        return Understanding(text=text, intent="greet", confidence=1.0, entities=(big,))

    assert len(run_stories_of(bot, wrong).differences) == 2
    assert run_stories_of(bot, right).differences == []
