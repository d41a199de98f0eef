"""Find the entities of a text with what training wrote."""

import json
from dataclasses import dataclass
from pathlib import Path

from conversation.understanding import Entity
from nlu.entities import builtin
from nlu.entities.patterns import Pattern, Patterns
from nlu.entities.tagger import Meaning, Tagger
from nlu.entities.tokens import pieces, tokens
from nlu.files import mapped

FILE = "entities.json"


@dataclass(frozen=True)
class Extractor:
    """A bot's entities; pure and safe to share."""

    patterns: Patterns
    built_in: tuple[str, ...]
    synonyms: dict[str, str]
    tagger: Tagger | None

    @classmethod
    def load(cls, folder: Path) -> "Extractor":
        """Read what training wrote; a folder without it has no entities."""
        if not (folder / FILE).is_file():
            return cls(Patterns(()), (), {}, None)
        model = json.loads((folder / FILE).read_text(encoding="utf-8"))
        tagger = None
        if model["kinds"]:
            tagger = Tagger(
                kinds=tuple(tuple(Meaning(*each) for each in kind) for kind in model["kinds"]),
                keys=mapped(folder / "tagger_keys.npy"),
                emission=mapped(folder / "tagger_emission.npy"),
                transition=mapped(folder / "tagger_transition.npy"),
            )
        return cls(
            patterns=Patterns.of([Pattern(*each) for each in model["patterns"]]),
            built_in=tuple(model["built_in"]),
            synonyms=model["synonyms"],
            tagger=tagger,
        )

    def extract(self, text: str, now: int | None = None) -> tuple[Entity, ...]:
        """Return the entities of a text in order; without `now` (ms) no times are found.

        Different entities may overlap; of the same one the longest stands, and of equally long
        ones the author's pattern before the learnt, and this before the built-in.
        """
        if not (self.tagger or self.patterns.compiled or self.built_in):
            return ()
        return tuple(
            self._placed(entity, offset, text)
            for offset, piece in pieces(text)
            for entity in _best(self._all(piece, now))
        )

    def _all(self, text: str, now: int | None) -> list[Entity]:
        found = tokens(text)
        entities, marks = self.patterns.find(text, found)
        if self.tagger is not None:
            entities += self.tagger.find(found, marks)
        return entities + builtin.find(text, self.built_in, now)

    def _placed(self, entity: Entity, offset: int, text: str) -> Entity:
        """Move an entity to its place in the whole text, and give its value one spelling."""
        start, end = entity.start + offset, entity.end + offset
        value = entity.value or text[start:end]
        value = self.synonyms.get(value.lower(), value)
        return entity.model_copy(update={"start": start, "end": end, "value": value})


def _best(entities: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda each: each.start - each.end):
        if not any(_is_rival(entity, other) for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda each: (each.start, each.end))


def _is_rival(entity: Entity, other: Entity) -> bool:
    """Say whether one stands for the other; an annotation may give one stretch two roles."""
    if entity.entity != other.entity or entity.start >= other.end or other.start >= entity.end:
        return False
    one = (entity.start, entity.end, entity.extractor)
    same = one == (other.start, other.end, other.extractor)
    return not same or (entity.role, entity.group) == (other.role, other.group)
