"""Hold what an author lists about entities beside the examples: synonyms, patterns, words."""

from dataclasses import dataclass, field


@dataclass
class Vocabulary:
    """Synonyms by lower-cased value; regular expressions and lookup words by entity name."""

    synonyms: dict[str, str] = field(default_factory=dict)
    regexes: dict[str, list[str]] = field(default_factory=dict)
    lookups: dict[str, list[str]] = field(default_factory=dict)
