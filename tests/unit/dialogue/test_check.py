"""`pforte bot check` and `parse --explain` show an author what to put right, and where."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pforte.bot.check import Spot, confusions, near_pairs, repeated, unseen_scores
from pforte.cli import main

WriteBot = Callable[..., Path]


@pytest.fixture
def folder(write_bot: WriteBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_bot()


def _add(folder: Path, intent: str, *examples: str) -> None:
    block = "".join(f"    - {each}\n" for each in examples)
    text = f"nlu:\n- intent: {intent}\n  examples: |\n{block}"
    (folder / "data" / f"more_{intent}_en.yml").write_text(text)


def _spots(*rows: tuple[str, str]) -> list[Spot]:
    return [Spot(f"nlu.yml:{n}", intent, text) for n, (intent, text) in enumerate(rows, 1)]


def test_a_bot_without_contradictions_passes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, and a line that says what was looked at."""
    assert main(["bot", "check", "--bot", str(folder)]) == 0
    assert "12 examples: 0 contradictions" in capsys.readouterr().out


def test_the_same_words_under_two_intents_fail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, with file and line of each; case and signs hide nothing."""
    _add(folder, "greet", "WHEN do you open?!")

    assert main(["bot", "check", "--bot", str(folder), "--json"]) == 1

    found = json.loads(capsys.readouterr().out)
    (group,) = found["contradictions"]
    assert {spot["intent"] for spot in group} == {"greet", "opening_hours"}
    assert any(spot["place"].endswith("data/more_greet_en.yml:4") for spot in group)
    assert main(["bot", "check", "--bot", str(folder)]) == 1
    assert "more_greet_en.yml:4: greet: WHEN do you open?!" in capsys.readouterr().out


def test_broken_files_and_wrong_folders_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 for a file that cannot be read, 2 for a folder that is not there."""
    assert main(["bot", "check", "--bot", "/nowhere"]) == 2
    (folder / "data" / "rules.yml").write_text("rules: [\n")
    assert main(["bot", "check", "--bot", str(folder)]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 2
    assert "rules.yml:2: not valid YAML" in told


def test_intents_with_few_examples_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In each language that the bot has."""
    main(["bot", "check", "--bot", str(folder), "--json"])
    few = json.loads(capsys.readouterr().out)["few"]
    assert {each["intent"] for each in few} == {"greet", "opening_hours", "talk_to_human"}
    assert all(each["examples"] < 10 for each in few)


def test_examples_without_a_language_count_in_each(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two in German and eight in none are ten; of another intent there are none in German."""
    for name, many in (("more_de", "ab"), ("more", "cdefghij")):
        examples = "".join(f"    - moin {word}\n" for word in many)
        block = f"nlu:\n- intent: greet\n  examples: |\n{examples}"
        (folder / "data" / f"{name}.yml").write_text(block)

    main(["bot", "check", "--bot", str(folder), "--json"])

    few = json.loads(capsys.readouterr().out)["few"]
    counts = {(each["intent"], each["language"]): each["examples"] for each in few}
    assert ("greet", "de") not in counts
    assert counts["opening_hours", "de"] == 0
    assert counts["opening_hours", "en"] > 0


def test_what_repeats_is_told_from_what_contradicts() -> None:
    """Under one intent a repeated example is no contradiction; digits make no difference."""
    spots = _spots(("a", "Stand 17"), ("a", "stand 99!"), ("a", "hi"), ("b", "Hi"))

    contradictions, duplicates = repeated(spots)

    assert [[spot.place for spot in group] for group in contradictions] == [
        ["nlu.yml:3", "nlu.yml:4"]
    ]
    assert [[spot.place for spot in group] for group in duplicates] == [["nlu.yml:1", "nlu.yml:2"]]


def test_scores_are_those_of_a_model_without_the_example() -> None:
    """The closed form gives what fitting again without each example gives, aimed as they were."""
    from nlu import ridge

    random = np.random.default_rng(1)
    vectors = random.normal(size=(12, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = (vectors @ vectors.T).astype(np.float32)
    labels = np.arange(12) % 3

    found = unseen_scores(cosines, labels)

    matrix = ridge.kernel(cosines, np.float64) + ridge.PENALTY * np.eye(12)
    aimed = matrix @ ridge.Fit.of(cosines, ridge.targets(labels, 3)).weights
    for row in range(12):
        others = np.delete(np.arange(12), row)
        weights = np.linalg.solve(matrix[np.ix_(others, others)], aimed[others])
        assert found[row] == pytest.approx(
            ridge.kernel(cosines[row, others], np.float64) @ weights, abs=1e-6
        )


def test_confusions_are_worst_first_with_their_examples() -> None:
    """The larger share comes first; out of scope is mistaken only where an intent claims it."""
    rows = [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("b", "b2"), ("__oos__", "o1")]
    labels = np.array([0, 0, 0, 1, 1, -1])
    scores = np.array([[0, 1], [0, 2], [1, 0], [1, 0], [1, 0], [-0.5, -0.2]])

    found = confusions(_spots(*rows), labels, scores, ["a", "b"])

    assert [(each.intent, each.taken_for, each.share) for each in found] == [
        ("b", "a", 1.0),
        ("a", "b", 0.6667),
    ]
    assert [spot.text for spot in found[1].examples] == ["a2", "a1"]
    outside = confusions(
        _spots(*[("__oos__", "x")] * 2), np.array([-1, -1]), np.array([[0.3, 0], [0.1, 0]]), ["a"]
    )
    assert outside[0].intent == "out of scope"


def test_near_examples_of_one_intent_are_no_finding() -> None:
    """Only what stands under two intents is shown, the nearest first."""
    cosines = np.array([[1, 0.99, 0.95], [0.99, 1, 0.97], [0.95, 0.97, 1]], dtype=np.float32)
    found = near_pairs(
        _spots(("a", "one"), ("a", "two"), ("b", "three")), np.array([0, 0, 1]), cosines
    )
    assert [(pair.first.text, pair.second.text) for pair in found] == [
        ("two", "three"),
        ("one", "three"),
    ]


def test_explain_shows_the_nearest_examples_and_the_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which examples a text is like, how near, and what was compared with which threshold."""
    text = "when do you open"
    assert main(["bot", "parse", "--bot", str(folder), text, "--explain", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    why = found["explanation"]

    assert why["nearest"][0]["example"] == "when do you open"
    assert why["nearest"][0]["intent"] == "opening_hours"
    assert why["nearest"][0]["cosine"] == pytest.approx(1, abs=0.01)
    assert why["verdict"].startswith("acts: ")
    assert f"{why['threshold']:.2f} is needed" in why["verdict"]

    assert main(["bot", "parse", "--bot", str(folder), text, "--explain"]) == 0
    told = capsys.readouterr().out
    assert "nearest examples" in told
    assert "“when do you open”" in told


def test_explain_says_why_the_bot_asks_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text that is like nothing is below the threshold; one without a word says nothing."""
    main(["bot", "parse", "--bot", str(folder), "xylophone quartz", "--explain", "--json"])
    why = json.loads(capsys.readouterr().out)["explanation"]
    assert why["verdict"].startswith("asks back: its confidence is below the threshold")

    main(["bot", "parse", "--bot", str(folder), "12345 👍", "--explain", "--json"])
    why = json.loads(capsys.readouterr().out)["explanation"]
    assert why["verdict"] == "asks back: there is no word in it"


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_text_is_a_wrong_call(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Exit 2 and one line."""
    assert main(["bot", "parse", "--bot", str(folder), text, "--explain"]) == 2
    assert "the text is empty" in capsys.readouterr().err
