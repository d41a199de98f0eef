"""Find entities by the author's regular expressions and lookup words, as Rasa does.

Without case; lookup words literally and as whole words. What is named like an entity that the
examples annotate at least once is extracted; the others only help the tagger.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from conversation.understanding import Entity
from nlu.entities.tokens import Token
from nlu.entities.vocabulary import Vocabulary

EXTRACTOR = "RegexEntityExtractor"


@dataclass(frozen=True)
class Pattern:
    """`extracts` says whether what it finds is an entity of its name."""

    name: str
    source: str
    extracts: bool


@dataclass(frozen=True)
class Patterns:
    """An author's patterns, ready to search with."""

    compiled: tuple[tuple[Pattern, re.Pattern[str]], ...]

    @classmethod
    def of(cls, patterns: Sequence[Pattern]) -> "Patterns":
        """Compile patterns. Raises re.error."""
        return cls(tuple((each, re.compile(each.source, re.IGNORECASE)) for each in patterns))

    def find(self, text: str, found: Sequence[Token]) -> tuple[list[Entity], list[list[str]]]:
        """Return the entities of a text, and for each token which patterns cover it."""
        entities = []
        marks: list[list[str]] = [[] for _ in found]
        for pattern, compiled in self.compiled:
            matches = [match.span() for match in compiled.finditer(text) if match[0].strip()]
            for start, end in matches:
                if pattern.extracts:
                    entities.append(
                        Entity(
                            entity=pattern.name,
                            value=text[start:end],
                            start=start,
                            end=end,
                            extractor=EXTRACTOR,
                        )
                    )
            _mark(found, matches, pattern.name, marks)
        return entities, marks


def patterns_of(vocabulary: Vocabulary, annotated: Collection[str]) -> list[Pattern]:
    """Return the patterns of what an author lists; a lookup's longest words are tried first."""
    sources = [(name, source) for name, many in vocabulary.regexes.items() for source in many]
    for name, words in vocabulary.lookups.items():
        escaped = (re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))
        sources.append((name, rf"(?<!\w)(?:{'|'.join(escaped)})(?!\w)"))
    return [Pattern(name, source, name in annotated) for name, source in sources]


def _mark(
    found: Sequence[Token], matches: list[tuple[int, int]], name: str, marks: list[list[str]]
) -> None:
    """Note a pattern at the tokens that its matches cover; both are in order."""
    place = 0
    for start, end in matches:
        while place < len(found) and found[place].end <= start:
            place += 1
        covered = place
        while covered < len(found) and found[covered].start < end:
            if name not in marks[covered]:
                marks[covered].append(name)
            covered += 1
