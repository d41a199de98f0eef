"""Show what a text means to a bot, and why."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conversation.understanding import Understanding

if TYPE_CHECKING:
    from nlu.explain import Explanation

_GUESSES = 5


def parse(folder: Path, text: str) -> Understanding:
    """Ask a trained bot what a text means now."""
    from dialogue.rasa_bot import load

    return load(folder).understand(text, time.time_ns() // 1_000_000)


def explanation(folder: Path, found: Understanding) -> "Explanation":
    """Return why a trained bot understood a text so."""
    from dialogue.compiled import MODEL_FOLDER
    from nlu.explain import explain, read_examples
    from nlu.interpreter import Interpreter

    model = folder / MODEL_FOLDER
    return explain(Interpreter.load(model), found, read_examples(model))


def as_json(found: Understanding, why: "Explanation | None") -> str:
    """Return it as JSON; `explanation` is there if it was asked for."""
    facts: dict[str, Any] = found.model_dump(mode="json")
    if why is not None:
        facts["explanation"] = {
            **why._asdict(),
            "nearest": [each._asdict() for each in why.nearest],
            "in_scope": why.in_scope and why.in_scope._asdict(),
            "out_of_scope": why.out_of_scope and why.out_of_scope._asdict(),
            "pieces": [each._asdict() for each in why.pieces],
        }
    return json.dumps(facts, ensure_ascii=False)


def as_text(found: Understanding, why: "Explanation | None") -> str:
    """Return lines for people."""
    lines = [f"{found.intent}  {found.confidence:.3f}"]
    if why is not None:
        lines.append(f"{why.verdict}.")
    lines.append(f"language  {found.language or 'not told by the text'}")
    for entity in found.entities:
        named = "".join(f" ({each})" for each in (entity.role, entity.group) if each)
        place = f"{entity.start}–{entity.end}"
        lines.append(f"entity    {entity.entity}{named} = {entity.value}  ({place})")
    lines += [
        f"request   {each.intent}  {each.confidence:.3f}  “{each.text}”" for each in found.requests
    ]
    lines += [f"  {each.confidence:.3f}  {each.name}" for each in found.ranking[:_GUESSES]]
    if why is not None:
        lines += _reasons(why)
    return "\n".join(lines)


def _reasons(why: "Explanation") -> list[str]:
    lines = []
    if why.pieces:
        lines += ["", "read piece by piece"]
        lines += [f"  {each.confidence:.3f}  {each.intent}  “{each.text}”" for each in why.pieces]
    if why.nearest:
        lines += ["", "nearest examples (1 is the same)"]
        lines += [
            f"  {each.cosine:.3f}  {each.intent or 'out of scope'}  “{each.example}”"
            for each in why.nearest
        ]
    if why.out_of_scope is not None and why.in_scope is not None:
        side = "less" if why.out_of_scope.cosine < why.in_scope.cosine else "more"
        lines.append(
            f"{side} like what is out of scope ({why.out_of_scope.cosine:.3f} "
            f"“{why.out_of_scope.example}”) than like what is in scope ({why.in_scope.cosine:.3f})"
        )
    return lines
