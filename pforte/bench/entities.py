"""Compare the entity tagger with sklearn-crfsuite's on the same features.

`python -m pforte.bench.entities [nlu.yml]` prints precision, recall and F1 over exact spans. Only
annotated examples count. They are cut into folds by value in two ways: so that no set of values is
both learned and asked for, and so that not even one of them is (much harder: what is often said is
then never seen before).
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nlu.entities.training import Taught

FOLDS = 5

DEFAULT = "rasa-golden/financial-demo/data/nlu/nlu.yml"
"""Below the folder that PFORTE_SHARED names (`../shared` unless set)."""

Span = tuple[int, int, str]
Tag = Callable[[str], set[Span]]


class Score(NamedTuple):
    """Shares between 0 and 1; `train_s`: seconds for one fold's training."""

    precision: float
    recall: float
    f1: float
    train_s: float


def main() -> int:
    """Print a row for each tagger."""
    shared = Path(os.environ.get("PFORTE_SHARED", "../shared"))
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / DEFAULT
    for apart in ("sets of values", "single values"):
        folds = folds_by_value(path, strict=apart == "single values")
        print(f"entity spans, {sum(map(len, folds))} examples, {FOLDS} folds by {apart}")
        for name, train in (("pforte", pforte), ("sklearn-crfsuite", crfsuite)):
            score = evaluate(folds, train)
            print(
                f"  {name:17} precision {score.precision:.3f}  recall {score.recall:.3f}"
                f"  F1 {score.f1:.3f}  training {score.train_s:.2f} s"
            )
    return 0


def folds_by_value(path: Path, strict: bool) -> "list[list[Taught]]":
    """Return the annotated examples of a file; those with the same values are in one fold.

    If `strict`, those that share any value are.
    """
    from dialogue.examples import read_examples
    from dialogue.source import read_yaml
    from nlu.entities.training import Taught

    section = read_yaml(path, str(path)).mapping("a bot's file")["nlu"]
    together: list[tuple[set[str], list[Taught]]] = []
    for example in read_examples(section, None, lambda *_: None):
        if not example.entities:
            continue
        values = {example.text[each.start : each.end].casefold() for each in example.entities}
        members = [Taught(example.text, example.entities)]
        for group in [
            group for group in together if group[0] == values or (strict and group[0] & values)
        ]:
            together.remove(group)
            values |= group[0]
            members = group[1] + members
        together.append((values, members))
    folds: list[list[Taught]] = [[] for _ in range(FOLDS)]
    for _, members in sorted(together, key=lambda group: -len(group[1])):
        min(folds, key=len).extend(members)
    return folds


def evaluate(folds: "list[list[Taught]]", train: "Callable[[Sequence[Taught]], Tag]") -> Score:
    """Tag each fold with a model that was trained on the others."""
    found_right = found_all = there = 0
    seconds = 0.0
    for fold in folds:
        began = time.process_time()
        tag = train([example for other in folds if other is not fold for example in other])
        seconds += time.process_time() - began
        for example in fold:
            gold = {(each.start, each.end, each.entity) for each in example.entities}
            found = tag(example.text)
            found_right += len(found & gold)
            found_all += len(found)
            there += len(gold)
    return Score(
        precision=found_right / max(found_all, 1),
        recall=found_right / there,
        f1=2 * found_right / (found_all + there),
        train_s=seconds / len(folds),
    )


def pforte(examples: "Sequence[Taught]") -> Tag:
    """Train the tagger that bots have."""
    from nlu.entities.patterns import Patterns
    from nlu.entities.tokens import tokens
    from nlu.entities.training import train_tagger

    tagger = train_tagger(examples, Patterns(()))

    def tag(text: str) -> set[Span]:
        found = tokens(text)
        entities = tagger.find(found, [()] * len(found))
        return {(each.start, each.end, each.entity) for each in entities}

    return tag


def crfsuite(examples: "Sequence[Taught]") -> Tag:
    """Train sklearn-crfsuite as Rasa's CRFEntityExtractor does by default."""
    import sklearn_crfsuite

    from nlu.entities.tagger import stretches
    from nlu.entities.tokens import token_features, tokens
    from nlu.entities.training import kinds_of, labels_of

    kinds = kinds_of(examples)

    def rows(text: str) -> list[list[str]]:
        found = tokens(text)
        return token_features(found, [()] * len(found))

    model = sklearn_crfsuite.CRF(c1=0.1, c2=0.1, max_iterations=50, all_possible_transitions=True)
    gold = [labels_of(tokens(each.text), each.entities, kinds) for each in examples]
    model.fit([rows(each.text) for each in examples], [[str(n) for n in row] for row in gold])

    def tag(text: str) -> set[Span]:
        found = tokens(text)
        labels = [int(label) for label in model.predict_single(rows(text))] if found else []
        return {
            (found[first].start, found[last].end, meaning.entity)
            for first, last, kind in stretches(labels)
            for meaning in kinds[kind]
        }

    return tag


if __name__ == "__main__":
    sys.exit(main())
