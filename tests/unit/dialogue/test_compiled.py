"""A bot that was learnt is written into files, and runs from them as it was learnt."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.runtime.compiled import load, save
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain
from dialogue.runtime.events import slot
from dialogue.runtime.policies import Prediction
from dialogue.runtime.table import Table, write_table
from dialogue.runtime.tracker import Tracker
from tests.unit.dialogue.dialogues import Talk, taught

DOMAIN = """\
intents: [greet, ask, agree, hours, order, inform]
entities: [city]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: city}]}
  vip: {type: bool, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: hello}]
  utter_ask: [{text: sure?}]
  utter_agree: [{text: good}]
  utter_hours: [{text: nine}]
  utter_vip: [{text: for you always}]
  utter_ask_city: [{text: where?}]
  utter_done: [{text: done}]
  utter_default: [{text: pardon}]
forms: {order_form: {required_slots: [city]}}
"""
RULES = """\
rules:
- rule: hours
  steps: [{intent: hours}, {action: utter_hours}]
- rule: hours of some
  condition: [{slot_was_set: [{vip: true}]}]
  steps: [{intent: hours}, {action: utter_vip}]
- rule: hours without
  condition: [{slot_was_set: [{city: null}]}]
  steps: [{intent: agree}, {action: utter_agree}]
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps:
  - {action: order_form}
  - {active_loop: null}
  - {slot_was_set: [{requested_slot: null}]}
  - {action: utter_done}
- rule: interrupted
  condition: [{active_loop: order_form}]
  steps: [{intent: hours}, {action: utter_hours}, {action: order_form}, {active_loop: order_form}]
"""
STORIES = """\
stories:
- story: sure
  steps:
  - {intent: greet}
  - {action: utter_greet}
  - {intent: ask}
  - {action: utter_ask}
  - {intent: agree}
  - {action: utter_agree}
- story: in a city
  steps:
  - {intent: greet, entities: [{city: Bonn}]}
  - {slot_was_set: [{city: Bonn}]}
  - {action: utter_greet}
  - {action: utter_ask}
- story: gives up
  steps:
  - {intent: order}
  - {action: order_form}
  - {active_loop: order_form}
  - {intent: ask}
  - {action: utter_ask}
  - {action: order_form}
  - {active_loop: null}
  - {slot_was_set: [{requested_slot: null}]}
  - {action: utter_done}
"""
CONFIG = """\
policies:
- {name: MemoizationPolicy, max_history: 3}
- {name: RulePolicy, core_fallback_threshold: 0.4}
- {name: AugmentedMemoizationPolicy}
"""
HEARD = [
    *("/greet", "/ask", "/agree", "/hours", "/order", "/inform"),
    *('/greet{"city": "Bonn"}', '/inform{"city": "Bonn"}', "/restart", "/back", "nothing"),
]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    return taught(tmp_path_factory.mktemp("bot"), DOMAIN, RULES, STORIES, CONFIG).runtime


@pytest.fixture
def loaded(learnt: Runtime, tmp_path: Path) -> Runtime:
    save(learnt, tmp_path)
    return load(tmp_path)


def dialogue(runtime: Runtime, seed: int) -> Iterator[tuple[list[Any], list[Prediction]]]:
    """Yield for the turns of a random dialogue its events, and what each policy says after it."""
    drawn = random.Random(seed)
    talk = Talk(runtime)
    for _ in range(12):
        events = talk.say(drawn.choice(HEARD))
        if drawn.random() < 0.2:
            talk.tracker.update(slot("vip", drawn.choice([True, None])))
        yield events, [policy.predict(talk.tracker.copy()) for policy in runtime.policies]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_loaded_does_and_predicts_what_was_learnt(
    learnt: Runtime, loaded: Runtime, seed: int
) -> None:
    """In forms and out of them every policy says the same, with the same confidence."""
    assert list(dialogue(loaded, seed)) == list(dialogue(learnt, seed))


def test_random_dialogues_follow_rules_and_stories(learnt: Runtime) -> None:
    """Else the comparison above would compare fallbacks."""
    policies = {
        each["policy"]
        for seed in range(20)
        for events, _ in dialogue(learnt, seed)
        for each in events
        if each["event"] == "action" and each["name"] != "action_listen"
    }

    assert policies >= {"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy"}


def test_the_same_bot_is_written_as_the_same_bytes(
    learnt: Runtime, loaded: Runtime, tmp_path: Path
) -> None:
    """Also when it is written by what was loaded: a build can be compared with another."""
    other = tmp_path / "other"
    other.mkdir()
    save(loaded, other)

    written = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}

    assert {each.name: each.read_bytes() for each in other.iterdir()} == written
    assert "dialogue.json" in written
    assert learnt.domain == loaded.domain


def test_what_is_read_at_the_start_does_not_grow_with_stories(tmp_path: Path) -> None:
    """Ten times as many rules and stories are searched, not read."""
    sizes = []
    for number in (5, 50):
        folder = tmp_path / str(number)
        rules = "".join(
            f"- rule: r{each}\n  condition: [{{slot_was_set: [{{city: c{each}}}]}}]\n"
            "  steps: [{intent: order}, {action: utter_vip}]\n"
            for each in range(number)
        )
        stories = "".join(
            f"- story: s{each}\n  steps: [{{intent: greet}}"
            + ", {action: utter_ask}" * (each + 2)
            + "]\n"
            for each in range(number)
        )
        domain = DOMAIN.partition("forms:")[0].replace(
            "city: {type: text,", f"city: {{type: categorical, values: {categories(50)},"
        )
        bot = taught(folder, domain, f"rules:\n{rules}", f"stories:\n{stories}", CONFIG)
        save(bot.runtime, folder)
        sizes.append((folder / "dialogue.json").stat().st_size)

    assert sizes[1] - sizes[0] < 10


def categories(number: int) -> str:
    return f"[{', '.join(f'c{each}' for each in range(number))}]"


def test_a_policy_without_a_form_is_refused(learnt: Runtime, tmp_path: Path) -> None:
    """What cannot be written is not left out."""

    class Guess:
        def predict(self, tracker: Tracker) -> Prediction:
            return Prediction(str(tracker), 1.0, "Guess")

    with pytest.raises(TypeError, match="Guess has no compiled form"):
        save(Runtime(learnt.domain, [Guess()]), tmp_path)


keys = st.text(st.characters(), max_size=8)


@settings(deadline=None)
@given(entries=st.dictionaries(keys, st.integers() | keys), others=st.lists(keys))
def test_a_table_holds_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, Any], others: list[str]
) -> None:
    """Every key is found with its value, no other is, whatever text they are, and none at all."""
    file = tmp_path_factory.mktemp("table") / "table"
    write_table(file, entries)

    table: Table[Any] = Table(file, lambda value: value)

    assert dict(table) == entries
    assert {key: table.get(key, "none") for key in others} == {
        key: entries.get(key, "none") for key in others
    }


def test_an_order_of_entries_leaves_no_trace(tmp_path: Path) -> None:
    """Equal tables are equal bytes."""
    write_table(tmp_path / "one", {"a": 1, "ä": 2, "b": 3})
    write_table(tmp_path / "two", {"b": 3, "ä": 2, "a": 1})

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_empty_domain_is_a_bot(tmp_path: Path) -> None:
    """Nothing learnt is nothing to look up."""
    save(Runtime(Domain({}, [], {}, {}, {}, []), []), tmp_path)

    assert load(tmp_path).policies == []
