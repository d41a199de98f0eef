"""Cut a text into tokens, and say what the tagger looks at around each of them."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from nlu.features import LONGEST

_TOKEN = re.compile(r"\w+|[^\w\s]")
_DIGIT = re.compile(r"\d")
_REPEATED = re.compile(r"(.)\1+")

_BEGIN, _END = "⊢", "⊣"


class Token(NamedTuple):
    """A word or sign; offsets in characters of the text."""

    text: str
    start: int
    end: int


class _Seen(NamedTuple):
    """How a token looks: in lower case with its digits made equal, and its shape ("Xx", "00")."""

    low: str
    shape: str


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield what is read of a text, with its offset: all, or of a long one beginning and end.

    Long texts are cut at spaces where there are any, so that no half word looks like a whole one.
    """
    if len(text) <= LONGEST:
        yield 0, text
        return
    head, tail = text[: LONGEST // 2], text[-LONGEST // 2 :]
    whole = head.rfind(" ")
    yield 0, head[:whole] if whole > 0 else head
    begin = max(tail.find(" "), 0)
    yield len(text) - len(tail) + begin, tail[begin:]


def tokens(text: str) -> list[Token]:
    """Return the words and signs of a text in order."""
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


def token_features(found: Sequence[Token], marks: Sequence[Collection[str]]) -> list[list[str]]:
    """Return the features of each token; `marks` names the author's patterns that cover it."""
    edge = [_Seen(_BEGIN, _BEGIN)] * 2, [_Seen(_END, _END)] * 2
    seen = [*edge[0], *(_look(token.text) for token in found), *edge[1]]
    return [
        [*_features(seen[place : place + 5]), *(f"mark={mark}" for mark in marks[place])]
        for place in range(len(found))
    ]


def _look(text: str) -> _Seen:
    low = _DIGIT.sub("0", unicodedata.normalize("NFKC", text).casefold())
    signs = "".join("X" if c.isupper() else "0" if c.isdigit() else "x" for c in text[:20])
    return _Seen(low, _REPEATED.sub(r"\1", signs) if text[0].isalnum() else text)


def _features(window: Sequence[_Seen]) -> Iterator[str]:
    """Yield the features of the token in the middle of five."""
    far_left, left, here, right, far_right = window
    yield "bias"
    yield f"low={here.low}"
    yield f"shape={here.shape}"
    for length in (1, 2, 3, 4):
        yield f"prefix={here.low[:length]}"
        yield f"suffix={here.low[-length:]}"
    yield f"-1={left.low}"
    yield f"-1 shape={left.shape}"
    yield f"+1={right.low}"
    yield f"+1 shape={right.shape}"
    yield f"-2={far_left.low}"
    yield f"+2={far_right.low}"
    yield f"-1,0={left.low} {here.low}"
    yield f"0,+1={here.low} {right.low}"
    yield f"-2,-1={far_left.low} {left.low}"
    yield f"+1,+2={right.low} {far_right.low}"
