"""Read a misspelt word as the word of the examples that it is one slip away from."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from nlu.features import words

_FILE = "spellings.json"

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _LONGEST = 4, 20
"""Words of so many characters are corrected: shorter ones are too near to others."""

_MOST = 24
"""So many words of a text are looked for at most, so that the work for one text is bounded."""

_REMEMBERED = 5000

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Spelling:
    """The examples' words as they write them, the most frequent first, each in one spelling too.

    A word that no example has is left as it is if `knows` says that it is one.
    """

    written: Mapping[str, str]
    knows: Callable[[str], bool]

    @classmethod
    def of(cls, texts: Iterable[str], knows: Callable[[str], bool]) -> "Spelling":
        """Gather the words of examples."""
        often = Counter(word for text in texts for word in _WORD.findall(text))
        ordered = sorted(often, key=lambda word: (-often[word], word))
        return cls({word: _folded(word) for word in ordered}, knows)

    def correct(self, text: str) -> str:
        """Return the text with its words as examples spell them, umlauts and capitals too."""
        left = _MOST

        def usual(found: re.Match[str]) -> str:
            nonlocal left
            word = found[0]
            if word in self.written or not left:
                return word
            left -= 1
            return self._remembered(word) if len(word) <= _LONGEST else self._nearest(word)

        return _WORD.sub(usual, text)

    @cached_property
    def _remembered(self) -> Callable[[str], str]:
        return lru_cache(maxsize=_REMEMBERED)(self._nearest)

    def _nearest(self, word: str) -> str:
        folded = _folded(word)
        if folded in self._usual:
            return self._usual[folded][1]
        if not _SHORTEST <= len(folded) <= _LONGEST or self.knows(word):
            return word
        near = [self._usual[slip] for slip in _slips(folded) if slip in self._usual]
        return min(near)[1] if near else word

    @cached_property
    def _usual(self) -> Mapping[str, tuple[int, str]]:
        """Return the usual spelling of each word, and how many are more frequent."""
        usual: dict[str, tuple[int, str]] = {}
        for place, (word, folded) in enumerate(self.written.items()):
            usual.setdefault(folded, (place, word))
        return usual

    def save(self, folder: Path) -> None:
        """Write the words."""
        (folder / _FILE).write_text(json.dumps(self.written, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path, knows: Callable[[str], bool]) -> "Spelling":
        """Read what `save` wrote."""
        return cls(json.loads((folder / _FILE).read_text("utf-8")), knows)


def _folded(word: str) -> str:
    return "".join(words(word))


def _slips(word: str) -> Iterator[str]:
    """Yield what a word may be meant as.

    It has a letter too many, too few or another one, or two that changed places; people get the
    first one right.
    """
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in _LETTERS:
            yield before + letter + after
        if after:
            yield before + after[1:]
            for letter in _LETTERS:
                yield before + letter + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
