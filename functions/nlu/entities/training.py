"""Train the entities of a bot into files that are mapped into memory."""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from conversation.understanding import Entity
from nlu.entities import builtin, crf
from nlu.entities.extractor import FILE
from nlu.entities.patterns import Patterns, patterns_of
from nlu.entities.tagger import OUTSIDE, Kind, Meaning, Tagger, feature_key, may_follow
from nlu.entities.tokens import Token, token_features, tokens
from nlu.entities.vocabulary import Vocabulary

PLAIN = 3
"""So many examples without an entity are learned from for each one that has some."""

_FEWEST_PLAIN = 200

_DIGIT = re.compile(r"\d")


class Taught(NamedTuple):
    """A text and where its entities are."""

    text: str
    entities: tuple[Entity, ...] = ()


def train(
    examples: Sequence[Taught], vocabulary: Vocabulary, declared: Collection[str], folder: Path
) -> None:
    """Write the files; `declared` are the domain's entities. The same input makes the same bytes.

    Raises re.error for a pattern that cannot be read.
    """
    annotated = {entity.entity for example in examples for entity in example.entities}
    patterns = patterns_of(vocabulary, annotated)
    tagger = train_tagger(examples, Patterns.of(patterns)) if annotated else None
    folder.mkdir(parents=True, exist_ok=True)
    if tagger is not None:
        for name in ("keys", "emission", "transition"):
            np.save(folder / f"tagger_{name}.npy", getattr(tagger, name), allow_pickle=False)
    model = {
        "patterns": [(each.name, each.source, each.extracts) for each in patterns],
        "built_in": builtin.wanted(declared),
        "synonyms": vocabulary.synonyms,
        "kinds": tagger.kinds if tagger else (),
    }
    (folder / FILE).write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", "utf-8")


def train_tagger(examples: Sequence[Taught], patterns: Patterns) -> Tagger:
    """Return a tagger of annotated examples."""
    kinds = kinds_of(examples)
    sentences = []
    for example in _enough(examples):
        found = tokens(example.text)
        rows = token_features(found, patterns.find(example.text, found)[1])
        keys = [[feature_key(name) for name in row] for row in rows]
        sentences.append((keys, labels_of(found, example.entities, kinds)))
    known = sorted({key for rows, _ in sentences for row in rows for key in row})
    number = {key: place for place, key in enumerate(known)}
    numbered = [([[number[key] for key in row] for row in rows], gold) for rows, gold in sentences]
    labels = 1 + 2 * len(kinds)
    allowed = may_follow(labels)
    weights = crf.fit(crf.Corpus.of(numbered, (len(known), labels)), allowed)
    return Tagger(
        kinds=tuple(kinds),
        keys=np.array(known, dtype=np.int64),
        emission=weights.emission.astype(np.float32),
        transition=np.where(allowed, weights.transition, -np.inf).astype(np.float32),
    )


def kinds_of(examples: Sequence[Taught]) -> list[Kind]:
    """Return what there is to be found, in a fixed order."""
    kinds = {kind for example in examples for _, kind in _stretches(example.entities)}
    return sorted(kinds, key=repr)


def labels_of(
    found: Sequence[Token], entities: Iterable[Entity], kinds: Sequence[Kind]
) -> list[int]:
    """Return the label of each token; one that is partly annotated counts as annotated."""
    labels = [OUTSIDE] * len(found)
    for (start, end), kind in _stretches(entities):
        covered = [i for i, token in enumerate(found) if token.start < end and token.end > start]
        for place in covered:
            labels[place] = 2 * kinds.index(kind) + (1 if place == covered[0] else 2)
    return labels


def _stretches(entities: Iterable[Entity]) -> list[tuple[tuple[int, int], Kind]]:
    """Return each annotated stretch with all that it is."""
    meanings: dict[tuple[int, int], list[Meaning]] = {}
    for entity in entities:
        meaning = Meaning(entity.entity, entity.role, entity.group)
        meanings.setdefault((entity.start, entity.end), []).append(meaning)
    return [(place, tuple(kind)) for place, kind in meanings.items()]


def _enough(examples: Sequence[Taught]) -> list[Taught]:
    """Return all annotated examples, and of the others enough, evenly picked.

    Of these all that hold a digit: a number may be anything, which only they tell.
    """
    annotated = [example for example in examples if example.entities]
    others = [example for example in examples if not example.entities]
    numbered = [example for example in others if _DIGIT.search(example.text)]
    wordy = [example for example in others if not _DIGIT.search(example.text)]
    wanted = max(PLAIN * len(annotated), _FEWEST_PLAIN)
    return annotated + numbered + wordy[:: max(1, -(-len(wordy) // wanted))]
