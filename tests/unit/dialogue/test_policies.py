"""Which action follows: rules, stories learnt by heart, fallbacks, and who comes first."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue.runtime.conversation import Runtime
from dialogue.runtime.events import is_action, said
from dialogue.runtime.memoization import MemoizationPolicy, MemoizationSettings
from dialogue.runtime.tracker import Tracker
from tests.unit.dialogue.dialogues import Talk, taught

DOMAIN = """\
intents: [greet, ask, yes, no, hours]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  kind: {type: categorical, values: [a, b], mappings: [{type: from_entity, entity: city}]}
responses:
  utter_greet: [{text: hello}]
  utter_ask: [{text: sure?}]
  utter_yes: [{text: good}]
  utter_no: [{text: sad}]
  utter_hours: [{text: nine}]
  utter_default: [{text: pardon}]
  utter_ask_rephrase: [{text: rephrase}]
actions: [action_flag]
"""

STORIES = """\
stories:
- story: sure
  steps:
  - {intent: greet}
  - {action: utter_greet}
  - {intent: ask}
  - {action: utter_ask}
  - {intent: "yes"}
  - {action: utter_yes}
- story: not sure
  steps:
  - {intent: greet}
  - {action: utter_greet}
  - {intent: ask}
  - {action: utter_ask}
  - {intent: "no"}
  - {action: utter_no}
"""

HOURS = """\
rules:
- rule: hours
  steps: [{intent: hours}, {action: utter_hours}]
"""


def bot(
    tmp_path: Path,
    rules: str = HOURS,
    stories: str = STORIES,
    memory: str = "{name: MemoizationPolicy}",
) -> Runtime:
    config = f"policies:\n- {memory}\n- name: RulePolicy\n"
    return taught(tmp_path, DOMAIN, rules, stories, config).runtime


def test_a_story_is_followed_as_far_as_it_is_the_same(tmp_path: Path) -> None:
    """Every state since the session began must be as in the story."""
    runtime = bot(tmp_path)
    talk = Talk(runtime)
    assert [talk.hear(each) for each in ("/greet", "/ask", "/no")] == [
        ["hello"],
        ["sure?"],
        ["sad"],
    ]

    assert Talk(runtime).hear("/ask") == ["pardon"]


def test_an_entity_that_the_story_does_not_tell_makes_it_another(tmp_path: Path) -> None:
    """Rasa compares entities and featurised slots exactly."""
    talk = Talk(bot(tmp_path))

    assert talk.hear('/greet{"city": "Bonn"}') == ["pardon"]


@pytest.mark.parametrize(
    ("memory", "heard"),
    [
        ("{name: MemoizationPolicy}", "pardon"),
        ("{name: AugmentedMemoizationPolicy}", "sure?"),
        ("{name: AugmentedMemoizationPolicy, max_history: 4}", "sure?"),
        ("{name: MemoizationPolicy, max_history: 1}", "sure?"),
    ],
)
def test_how_much_of_the_past_counts(tmp_path: Path, memory: str, heard: str) -> None:
    """`max_history` looks at the last states only; the augmented policy forgets until it fits."""
    talk = Talk(bot(tmp_path, memory=memory))
    for each in ("/greet", "/ask", "/no", "/greet"):
        talk.say(each)

    assert talk.hear("/ask") == [heard]


@pytest.mark.parametrize("seed", range(3))
def test_forgetting_is_beginning_at_each_later_action(tmp_path: Path, seed: int) -> None:
    """What is told of a shorter past is what a conversation tells that had no more of it."""
    stories = STORIES + (
        "- story: in a city\n  steps:\n  - {intent: greet, entities: [{city: a}]}\n"
        "  - {slot_was_set: [{city: a}, {kind: a}]}\n  - {action: utter_greet}\n"
        "  - {intent: ask}\n  - {action: utter_no}\n  - {action: utter_yes}\n"
    )
    runtime = bot(tmp_path, stories=stories, memory="{name: AugmentedMemoizationPolicy}")
    forgetful = runtime.policies[0]
    assert isinstance(forgetful, MemoizationPolicy)
    exact = replace(forgetful, settings=MemoizationSettings(augmented=False))
    drawn = random.Random(seed)
    heard = ["/greet", "/ask", "/yes", "/no", '/greet{"city": "a"}', "?"]
    heard += ["/hours", '/hours{"city": "a"}', '/hours{"city": "b"}']
    talk = Talk(runtime)
    for _ in range(25):
        talk.say(drawn.choice(heard))
    events = talk.tracker.applied
    actions = [index for index, event in enumerate(events) if is_action(event)]
    found = []
    for place, end in enumerate(actions):
        pasts = [Tracker(runtime.domain, events[start:end]) for start in (0, *actions[:place])]
        tries = [exact.predict(past) for past in pasts]
        known = next((each for each in tries if each.confidence), tries[0])
        predicted = forgetful.predict(pasts[0])
        assert (predicted.action, predicted.confidence) == (known.action, known.confidence)
        found.append(known.confidence and not tries[0].confidence)
    assert any(found)


def test_a_turn_that_only_rules_know_does_not_disturb_a_story(tmp_path: Path) -> None:
    """The question in between is answered by its rule, and the story goes on."""
    talk = Talk(bot(tmp_path))
    said_back = [talk.hear(each) for each in ("/greet", "/hours", "/ask", "/hours", "/yes")]

    assert said_back == [["hello"], ["nine"], ["sure?"], ["nine"], ["good"]]


def test_after_contradicting_stories_nothing_is_known(tmp_path: Path) -> None:
    """The same past with two continuations is left out, for everybody to see as a fallback."""
    other = STORIES.replace("{action: utter_no}", "{action: utter_yes}").replace('"no"', '"yes"')
    runtime = bot(
        tmp_path, stories=STORIES + other.partition("\n")[2].replace("utter_yes", "utter_no")
    )
    talk = Talk(runtime)
    for each in ("/greet", "/ask"):
        talk.say(each)

    assert talk.hear("/yes") == ["pardon"]


def test_the_rule_that_says_most_is_followed(tmp_path: Path) -> None:
    """Several fit: the one with the longest condition counts."""
    rules = HOURS + (
        "- rule: hours in a city\n  condition: [{slot_was_set: [{city: any}]}]\n"
        "  steps: [{intent: hours}, {action: utter_ask}]\n"
        "- rule: hours without\n  condition: [{slot_was_set: [{kind: a}]}]\n"
        "  steps: [{intent: hours}, {action: utter_yes}]\n"
    )
    runtime = bot(tmp_path, rules=rules, stories="")
    plain, city, kind = Talk(runtime), Talk(runtime), Talk(runtime)
    city.say('/greet{"city": "Bonn"}')
    kind.say('/greet{"city": "a"}')
    # A forgotten turn takes its slots with it; these are set by hand.
    city.tracker.update({"event": "slot", "name": "city", "value": "Bonn"})
    kind.tracker.update({"event": "slot", "name": "kind", "value": "A"})

    assert plain.hear("/hours") == ["nine"]
    assert city.hear("/hours") == ["sure?"]
    assert kind.hear("/hours") == ["good"]


def test_a_rule_for_the_beginning_counts_only_there(tmp_path: Path) -> None:
    """`conversation_start` is the first turn of a session."""
    rules = HOURS + (
        "- rule: first\n  conversation_start: true\n"
        "  steps: [{intent: ask}, {action: utter_greet}]\n"
    )
    runtime = bot(tmp_path, rules=rules, stories="")
    later = Talk(runtime)
    later.say("/hours")

    assert Talk(runtime).hear("/ask") == ["hello"]
    assert later.hear("/ask") == ["pardon"]


def test_where_a_rule_does_not_wait_a_story_goes_on(tmp_path: Path) -> None:
    """Rule and story say one turn together; both emit certainty, and the rule comes first."""
    rules = "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    rules += "  wait_for_user_input: false\n"
    stories = (
        "stories:\n- story: greet\n"
        "  steps: [{intent: greet}, {action: utter_greet}, {action: utter_ask}]\n"
    )

    assert Talk(bot(tmp_path, rules, stories)).hear("/greet") == ["hello", "sure?"]


@pytest.mark.parametrize(
    ("settings", "heard"),
    [
        ("core_fallback_action_name: utter_ask", ["sure?"]),
        ("enable_fallback_prediction: false", []),
        ("core_fallback_threshold: 0.0", []),
        ("core_fallback_threshold: 0.4", ["pardon"]),
    ],
)
def test_the_core_fallback_is_the_authors_choice(
    tmp_path: Path, settings: str, heard: list[str]
) -> None:
    """What nothing follows on is answered as config.yml says, or with silence."""
    config = f"policies: [{{name: RulePolicy, {settings}}}]\n"

    talk = Talk(taught(tmp_path, DOMAIN, HOURS, "", config).runtime)

    assert talk.hear("/yes")[:1] == heard


TWO_STAGES = HOURS + (
    "- rule: unsure\n  steps:\n  - intent: nlu_fallback\n"
    "  - action: action_two_stage_fallback\n  - active_loop: action_two_stage_fallback\n"
)


def unsure(text: str) -> dict[str, object]:
    ranking = [{"name": "nlu_fallback", "confidence": 0.3}, {"name": "hours", "confidence": 0.2}]
    return said(text, "nlu_fallback", confidence=0.3, ranking=ranking)


def test_the_fallback_in_two_stages_offers_its_best_guess(tmp_path: Path) -> None:
    """A yes is taken as if it had been said at once; the question is forgotten."""
    talk = Talk(bot(tmp_path, TWO_STAGES, ""))

    assert talk.hear("mumble", message=unsure("mumble")) == ["Did you mean 'hours'?"]
    assert talk.hear("/hours") == ["nine"]
    assert talk.tracker.loop_name is None


def test_the_fallback_in_two_stages_gives_up_after_the_second_no(tmp_path: Path) -> None:
    """Asked, rephrased, asked again: then the default fallback."""
    talk = Talk(bot(tmp_path, TWO_STAGES, ""))
    said_back = [
        talk.hear("mumble", message=unsure("mumble")),
        talk.hear("/out_of_scope"),
        talk.hear("murmur", message=unsure("murmur")),
        talk.hear("/out_of_scope"),
    ]

    question = ["Did you mean 'hours'?"]
    assert said_back == [question, ["rephrase"], question, ["pardon"]]


def test_an_active_form_comes_before_stories_of_any_priority(tmp_path: Path) -> None:
    """What the form takes is not for others, however sure they are."""
    domain = DOMAIN + "forms: {trip: {required_slots: [city]}}\n"
    rules = HOURS + (
        "- rule: trip\n  steps: [{intent: ask}, {action: trip}, {active_loop: trip}]\n"
    )
    stories = (
        "stories:\n- story: inside\n  steps:\n"
        "  - {intent: ask}\n  - {action: trip}\n  - {active_loop: trip}\n"
        "  - {intent: greet, entities: [{city: a}]}\n  - {slot_was_set: [{city: a}]}\n"
        "  - {slot_was_set: [{kind: a}]}\n  - {action: utter_greet}\n"
    )
    config = "policies: [{name: MemoizationPolicy, priority: 9}, {name: RulePolicy}]\n"
    talk = Talk(taught(tmp_path, domain, rules, stories, config).runtime)
    talk.say("/ask")

    assert talk.do('/greet{"city": "a"}')[0] == "trip"
