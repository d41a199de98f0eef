"""Look for weak spots in a bot's examples: what contradicts, repeats, or is easily confused."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pforte.failure import FOUND_WRONG, Failure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialogue.project import Project
    from nlu.settings import NluSettings

    Labels = NDArray[np.int64]
    Cosines = NDArray[np.float32]

FEW = 10
"""So many examples of an intent in a language of the bot are too few."""

NEAR = 0.9
"""Examples of two intents whose cosine is higher say nearly the same."""

LARGEST = 6000
"""Of more examples an even share is compared: time grows with the cube."""

_CONFUSIONS = 0.02
"""From this share of an intent's examples on, taking them for another is worth a look."""

_FEWEST = 2

_SHOWN, _SHOWN_EACH = 20, 5
"""So many of a kind are printed for people; JSON has all."""


class Spot(NamedTuple):
    """An example in a file."""

    place: str
    intent: str
    text: str


class Pair(NamedTuple):
    """Two examples of different intents, and how near they are (cosine)."""

    first: Spot
    second: Spot
    cosine: float


class Confusion(NamedTuple):
    """Examples of one intent that are taken for another while unseen, the surest mistakes first.

    `share`: of the examples of the intent.
    """

    intent: str
    taken_for: str
    share: float
    examples: tuple[Spot, ...]


class Few(NamedTuple):
    """An intent with too few examples in a language."""

    intent: str
    language: str | None
    examples: int


class Findings(NamedTuple):
    """All that was found, the worst of each kind first.

    `contradictions`: the same words under several intents; `duplicates`: under one, repeated;
    `accuracy`: share of the examples in scope that are classified right while unseen.
    """

    examples: int
    accuracy: float
    contradictions: tuple[tuple[Spot, ...], ...]
    near: tuple[Pair, ...]
    confusions: tuple[Confusion, ...]
    duplicates: tuple[tuple[Spot, ...], ...]
    few: tuple[Few, ...]
    warnings: tuple[str, ...]


def check(bot: Path) -> Findings:
    """Look through the examples of a bot's folder. Raises Failure."""
    from nlu.training import names_of
    from pforte.bot.training import examples_of, read_bot

    source = read_bot(bot)
    spots = [
        Spot(each.node.place, taught.intent, each.text)
        for each, taught in zip(source.project.examples, examples_of(source), strict=True)
    ]
    contradictions, duplicates = repeated(spots)
    names = names_of(spots)
    if len(names) < 2:
        raise Failure("examples of at least two intents are needed.", FOUND_WRONG)
    compared, labels, cosines = _compare(spots, names, source.settings)
    scores = unseen_scores(cosines, labels)
    inside = labels >= 0
    return Findings(
        examples=len(spots),
        accuracy=round(float((scores.argmax(axis=1) == labels)[inside].mean()), 4),
        contradictions=contradictions,
        near=near_pairs(compared, labels, cosines),
        confusions=confusions(compared, labels, scores, names),
        duplicates=duplicates,
        few=_few(source.project),
        warnings=tuple(source.project.warnings),
    )


def as_json(findings: Findings) -> str:
    """Return the findings as JSON."""
    facts = findings._asdict()
    for kind in ("contradictions", "duplicates"):
        facts[kind] = [[spot._asdict() for spot in group] for group in facts[kind]]
    facts["near"] = [
        {"cosine": each.cosine, "examples": [each.first._asdict(), each.second._asdict()]}
        for each in findings.near
    ]
    facts["confusions"] = [
        {**each._asdict(), "examples": [spot._asdict() for spot in each.examples]}
        for each in findings.confusions
    ]
    facts["few"] = [each._asdict() for each in findings.few]
    return json.dumps(facts, ensure_ascii=False)


def as_text(findings: Findings) -> str:
    """Return lines for people: the worst first, and how each kind is put right."""
    sections = {
        "The same words under several intents. Keep them under one:": [
            f"{spot.place}: {spot.intent}: {spot.text}"
            for group in findings.contradictions
            for spot in group
        ],
        "Nearly the same under two intents. Is each where it belongs?": [
            f"{pair.cosine:.2f}  {spot.place}: {spot.intent}: {spot.text}"
            for pair in findings.near[:_SHOWN]
            for spot in (pair.first, pair.second)
        ],
        "Taken for another intent while unseen. Move these, or add more like them:": [
            line for each in findings.confusions[:_SHOWN] for line in _confused(each)
        ],
        f"Fewer than {FEW} examples. Add some:": [
            f"{few.intent}: {few.examples}" + (f" in '{few.language}'" if few.language else "")
            for few in findings.few
        ],
        "Repeated under one intent: harmless, of no use.": [
            f"{group[0].intent}: {group[0].text}  ({', '.join(spot.place for spot in group)})"
            for group in findings.duplicates[:_SHOWN]
        ],
    }
    lines = [f"warning: {warning}" for warning in findings.warnings]
    for title, found in sections.items():
        if found:
            lines += [title, *(f"  {line}" for line in found), ""]
    summary = (
        f"{findings.examples} examples: {len(findings.contradictions)} contradictions, "
        f"{len(findings.near)} near ones of two intents, {len(findings.confusions)} confusions, "
        f"{len(findings.few)} with few examples, {len(findings.duplicates)} repeated; "
        f"{findings.accuracy:.1%} classified right while unseen."
    )
    return "\n".join([*lines, summary])


def _confused(each: Confusion) -> list[str]:
    spots = [f"  {spot.place}: {spot.text}" for spot in each.examples[:_SHOWN_EACH]]
    return [f"{each.share:.0%} of {each.intent} for {each.taken_for}", *spots]


def repeated(
    spots: Sequence[Spot],
) -> tuple[tuple[tuple[Spot, ...], ...], tuple[tuple[Spot, ...], ...]]:
    """Return what stands under several intents, and what is repeated under one.

    Case, signs, umlauts (ä = ae) and digits make no difference.
    """
    from nlu.features import words

    same: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        same[" ".join(words(spot.text)) or spot.text].append(spot)
    several = [tuple(group) for group in same.values() if len(group) > 1]
    contradicting = tuple(group for group in several if len({spot.intent for spot in group}) > 1)
    return contradicting, tuple(group for group in several if group not in contradicting)


def unseen_scores(cosines: "Cosines", labels: "Labels") -> "NDArray[np.float64]":
    """Return each example's score for each intent, as if it had never been seen.

    Leaving one out in closed form: what the example's own weight adds is taken off again.
    """
    import numpy as np

    from nlu import ridge

    wanted = ridge.targets(labels, int(labels.max()) + 1)
    fit = ridge.Fit.of(cosines, wanted)
    aimed = ridge.aimed(fit.inverse, wanted)
    scores: NDArray[np.float64] = aimed - fit.weights / np.diag(fit.inverse)[:, None]
    return scores


def confusions(
    spots: Sequence[Spot],
    labels: "Labels",
    scores: "NDArray[np.float64]",
    names: Sequence[str],
) -> tuple[Confusion, ...]:
    """Return which intents are taken for which; out of scope is what no intent's score favours."""
    from nlu.training import OUT_OF_SCOPE

    found: dict[tuple[str, str], list[tuple[float, Spot]]] = defaultdict(list)
    guesses = scores.argmax(axis=1)
    for row, (label, guess) in enumerate(zip(labels, guesses, strict=True)):
        mistaken = guess != label if label >= 0 else scores[row, guess] > 0
        if mistaken:
            own = scores[row, label] if label >= 0 else -scores[row, guess]
            clear = float(scores[row, guess] - own)
            found[spots[row].intent, names[guess]].append((clear, spots[row]))
    counts: dict[str, int] = defaultdict(int)
    for spot in spots:
        counts[spot.intent] += 1
    worst = [
        Confusion(
            "out of scope" if intent == OUT_OF_SCOPE else intent,
            taken_for,
            round(len(rows) / counts[intent], 4),
            tuple(spot for _, spot in sorted(rows, key=lambda row: -row[0])),
        )
        for (intent, taken_for), rows in found.items()
        if len(rows) >= max(_FEWEST, _CONFUSIONS * counts[intent])
    ]
    return tuple(sorted(worst, key=lambda each: (-each.share, each.intent, each.taken_for)))


def near_pairs(spots: Sequence[Spot], labels: "Labels", cosines: "Cosines") -> tuple[Pair, ...]:
    """Return the examples of different intents that say nearly the same, the nearest first."""
    import numpy as np

    rows, columns = np.nonzero(np.triu(cosines >= NEAR, k=1))
    pairs = [
        Pair(spots[row], spots[column], round(float(cosines[row, column]), 3))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if labels[row] != labels[column]
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.cosine, pair.first.place)))


def _compare(
    spots: Sequence[Spot], names: Sequence[str], settings: "NluSettings"
) -> "tuple[list[Spot], Labels, Cosines]":
    """Return the examples that are compared, their intents' numbers, and all cosines."""

    from nlu.encoder import SHARES, load_encoders
    from nlu.landmarks import choose
    from nlu.neighbours import prepare
    from nlu.training import labels_of
    from pforte.nlu.encoders import prepared

    labels = labels_of(spots, names)
    chosen = choose(labels, LARGEST)
    compared, labels = [spots[place] for place in chosen], labels[chosen]
    shares = tuple(SHARES[settings.tier].values())
    encoders = load_encoders(settings.tier, prepared(settings.tier))
    texts = [spot.text for spot in compared]
    neighbours, meanings = prepare(texts, shares, encoders)
    return compared, labels, neighbours.many(texts, meanings)


def _few(project: "Project") -> tuple[Few, ...]:
    languages = {each.language for each in project.examples} - {None} or {None}
    counts: dict[tuple[str, str | None], int] = defaultdict(int)
    for example in project.examples:
        counts[example.intent, example.language] += 1
    found = [
        Few(intent, language, counts[intent, language] + counts[intent, None] * bool(language))
        for intent in dict.fromkeys(example.intent for example in project.examples)
        for language in sorted(languages, key=str)
    ]
    return tuple(sorted((each for each in found if each.examples < FEW), key=lambda f: f.examples))
