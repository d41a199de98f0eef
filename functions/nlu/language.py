"""Tell German from English, also in two words; or say that it cannot be told.

A word's vote is from the list of function words, else from the bot's own examples, else from its
letters.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nlu.features import words

if TYPE_CHECKING:
    from conversation.understanding import Language

FILE = "language.json"

FUNCTION_WORDS = Path(__file__).with_name("function_words.txt")
"""Lines of `de`, `en` or `neither` and words; `neither` is of both languages and tells nothing."""

_FUNCTION_WORD = 2.5
_WORD_LIMIT = 2.0
_LETTERS_LIMIT = 1.5
_SURE = 1.2
"""Log odds: what one word may add, and the sum from which on the language is told."""

_SMOOTHING = 0.5

_LETTERS_SHARE = 1 / 3
"""Each letter is in three groups: their odds add up to three times what they tell."""

_LETTERS_FROM = 3
"""Shorter unknown words are codes more often than words."""


@dataclass(frozen=True)
class LanguageModel:
    """Log odds of words and of letter groups; above 0 German, below English."""

    word_odds: Mapping[str, float]
    letter_odds: Mapping[str, float]

    def detect(self, text: str) -> "Language | None":
        """Return the language of a text, None where it does not tell."""
        odds = sum(self._vote(word) for word in _spoken(text))
        if abs(odds) < _SURE:
            return None
        return "de" if odds > 0 else "en"

    def _vote(self, word: str) -> float:
        if word in self.word_odds:
            return self.word_odds[word]
        if len(word) < _LETTERS_FROM:
            return 0.0
        odds = _LETTERS_SHARE * sum(self.letter_odds.get(g, 0.0) for g in _letter_groups(word))
        return max(-_LETTERS_LIMIT, min(_LETTERS_LIMIT, odds))

    def save(self, folder: Path) -> None:
        """Write the model as JSON."""
        content = {"words": self.word_odds, "letters": self.letter_odds}
        (folder / FILE).write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "LanguageModel":
        """Read what `save` wrote."""
        content = json.loads((folder / FILE).read_text("utf-8"))
        return cls(content["words"], content["letters"])


def train(examples: "Sequence[tuple[str, Language]]") -> LanguageModel:
    """Learn from a bot's own examples; with none, only the function words vote."""
    counts: dict[Language, Counter[str]] = {"de": Counter(), "en": Counter()}
    for text, language in examples:
        counts[language].update(_spoken(text))
    letters: dict[Language, Counter[str]] = {"de": Counter(), "en": Counter()}
    for language, own in counts.items():
        for word in own:
            letters[language].update(_letter_groups(word))
    return LanguageModel(
        word_odds=_odds(counts["de"], counts["en"], _WORD_LIMIT) | _function_words(),
        letter_odds=_odds(letters["de"], letters["en"], _LETTERS_LIMIT),
    )


def _function_words() -> dict[str, float]:
    votes = {"de": _FUNCTION_WORD, "en": -_FUNCTION_WORD, "neither": 0.0}
    odds = {}
    for line in FUNCTION_WORDS.read_text("utf-8").splitlines():
        language, *listed = words(line)
        odds.update(dict.fromkeys(listed, votes[language]))
    return odds


def _odds(german: Counter[str], english: Counter[str], limit: float) -> dict[str, float]:
    """Return the bounded log odds of all that was seen."""
    total_german, total_english = german.total() + 1, english.total() + 1
    odds = {}
    for key in sorted(german | english):
        value = math.log((german[key] + _SMOOTHING) / total_german) - math.log(
            (english[key] + _SMOOTHING) / total_english
        )
        odds[key] = round(max(-limit, min(limit, value)), 2)
    return odds


def _spoken(text: str) -> list[str]:
    """Return a text's words without numbers and codes (digits are read as 0)."""
    return [word for word in words(text) if "0" not in word]


def _letter_groups(word: str) -> list[str]:
    """Return a word's groups of three letters, its beginning and end marked."""
    marked = f"<{word}>"
    return [marked[i : i + 3] for i in range(len(marked) - 2)]
