"""What the bench says of a bot's dialogue."""

from dataclasses import replace
from pathlib import Path

from dialogue.runtime.calls import Turn
from dialogue.runtime.events import said
from dialogue.runtime.tracker import Tracker
from dialogue.teaching.bot import teach
from pforte.bench.dialogue import GROWTH, TURN_MS, Talked, figures_of, talk, write_bot
from pforte.bench.figures import Figure
from tests.unit.dialogue.dialogues import taught

CHEAP = Talked([1.0] * 300, list(range(1, 301)), list(range(1001, 1301)))
STARTS = {3: 1.0, 30: 1.0, 300: 1.0}


def missed(found: list[Figure]) -> list[str]:
    return [figure.name for figure in found if figure.missed]


def test_the_dearest_turn_of_ten_counts() -> None:
    """One slow turn among cheap ones is told, not lost in a mean."""
    slow = replace(CHEAP, took=[None, *[1.0] * 24, TURN_MS + 0.1, *[1.0] * 274])

    assert missed(figures_of(CHEAP, CHEAP, STARTS)) == []
    assert missed(figures_of(slow, CHEAP, STARTS)) == ["processor, turn 30"]


def test_a_start_that_grows_with_stories_is_missed() -> None:
    """Starts are compared with each other: a slow machine alone misses nothing."""
    slow = {number: 100 * each for number, each in STARTS.items()}
    growing = STARTS | {300: GROWTH + 0.1}

    assert missed(figures_of(CHEAP, CHEAP, slow)) == []
    assert missed(figures_of(CHEAP, CHEAP, growing)) == ["start, most against fewest stories"]


def test_what_is_kept_is_told_by_turn() -> None:
    """Bytes after the third, thirtieth and three hundredth turn."""
    found = figures_of(CHEAP, CHEAP, STARTS)

    sizes = [figure.value for figure in found if figure.unit == "bytes"]
    assert sizes == [3, 30, 300, 1003, 1030, 1300]


def test_turns_with_a_custom_action_are_not_counted(tmp_path: Path) -> None:
    """What happens in an action is its own time, and a call stops the clock's meaning."""
    runtime = taught(
        tmp_path,
        "intents: [ask, look]\nresponses: {utter_ask: [{text: yes}]}\nactions: [action_look]\n",
        "rules:\n- rule: ask\n  steps: [{intent: ask}, {action: utter_ask}]\n"
        "- rule: look\n  steps: [{intent: look}, {action: action_look}]\n",
    ).runtime

    talked = talk(runtime, 30)

    assert len(talked.took) == len(talked.kept) == 30
    assert sum(each is None for each in talked.took) < 15
    assert all(each > 0 for each in talked.took if each is not None)
    assert talk(runtime, 30).kept == talked.kept
    assert all(item > kept for item, kept in zip(talked.items, talked.kept, strict=True))


def test_a_bot_has_as_many_stories_and_rules_as_wanted(tmp_path: Path) -> None:
    """Its domain is the same whatever their number, and all of them can be learnt and followed."""
    for number in (3, 30):
        write_bot(tmp_path / str(number), number)
    few, many = (teach(tmp_path / str(number)).runtime for number in (3, 30))
    entities = [{"entity": f"e{each}", "value": value} for each, value in enumerate(["v1", "v2"])]
    message = said("?", "rare", [*entities, {"entity": "e2", "value": "v0"}])
    tracker = Tracker(many.domain)
    assert list(many.handle(tracker, message, Turn(), 0)) == []

    assert few.domain == many.domain
    for kind in ("stories", "rules"):
        text = (tmp_path / "30" / "data" / f"{kind}.yml").read_text("utf-8")
        assert text.count(f"- {'rule' if kind == 'rules' else 'story'}:") == 30
    assert "utter_1" in [event.get("name") for event in tracker.events]
