"""Take a message apart: which stretches of it are classified, in bounded number and length."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LIMIT = 8
"""So many stretches of one message are classified at most."""

TOKENS = 600
"""Words that are looked at: of more the first and the last half."""

CHARACTERS = 4000
"""Likewise, for texts that are no words."""

_LONG = 50
"""From so many words on, a message is read by sentence: as a whole it would be like nothing."""

_OPENING = 2
"""Of more sentences than are read, so many are the first ones, the others the last."""

_FEWEST = 2
"""Fewer words are no clause of their own."""

_BREATH = 30
"""A sentence without an end is cut after so many words."""

_REQUEST = 3
"""So many words after a greeting are a request, whatever the greeting looks like."""

_LETTER = re.compile(r"[^\W\d_]")
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"\w+")

_GREETING = re.compile(
    r"\s*(?:(?:(?:hallo|hallöchen|halli ?hallo|hi|hey|huhu|moin(?: moin)?|servus|grüezi|tach|"
    r"gr(?:ü|ue)(?:ß|ss) (?:gott|dich|sie)|(?:(?:einen )?sch(?:ö|oe)nen )?gut(?:en?)? "
    r"(?:tag|morgen|mittag|abend)|hello|hiya|good (?:morning|afternoon|evening|day))"
    r"(?: (?:zusammen|beinand|team|leute|liebes team|there|all|everyone|again|nochmal))?(?!\w)|"
    r"sehr geehrte (?:damen und herren|herren und damen)(?!\w)|dear (?:sir or madam|all)(?!\w)|"
    r"(?P<salutation>sehr geehrte[rsn]?|liebe[rsn]?|dear) (?:[\w&./\-]+ ){0,4}?(?:"
    r"[\w\-]*(?:team|service|support|stadtwerke)(?: team)?|leute|alle|everyone|"
    r"kolleg\w+|mitarbeiter\w*|(?:frau|herr) [\w\-]+)(?!\w)|"
    r"(?P<formal>sehr geehrte[rsn]?|dear) [\w&./\-]+(?: [\w&./\-]+){0,5}?(?=[,!\n]))"
    r"[\s,.!:;)\-–—👋🙂😊]*){1,2}",
    re.IGNORECASE,
)

# No repetition of what may follow itself: any text is read in time that grows with its length.
_END = re.compile(r"[.!?…;][\s\"')»“]|\n")
_SHORTENED = re.compile(
    r"(?:\b(?:nr|str|ca|bzw|usw|ggf|evtl|inkl|tel|dr|hr|fr|mr|mrs|ms|st|no|z|d|u|i|e|[a-z])|\d)\.$",
    re.IGNORECASE,
)
"""What stands before a full stop that ends no sentence."""

_FOLLOWING = (
    "und|and|sowie|plus|außerdem|ausserdem|zudem|weiters|ferner|desweiteren|zusätzlich|übrigens|"
    "sondern|additionally|furthermore|besides"
)
_BEGINNING = (
    "ich|wir|mein[a-z]*|unser[a-z]*|bitte|wie|wann|wo|was|wer|warum|wieso|welche[rsnm]?|kann|können|"
    "könnten|könnt|darf|haben|hab|habt|gibt|nur|aber|i|i'm|i'd|i've|we|my|our|please|how|when|where|"
    "what|who|why|which|can|could|may|do|is|are|just|only|but|also"
)
_NEXT = re.compile(
    rf",(?:\s(?:{_FOLLOWING})\b|\s?(?=(?:{_BEGINNING})\b))|\s(?:(?:{_FOLLOWING})\b|[–—-]\s)",
    re.IGNORECASE,
)


_MARKS = ".!?…;"
_SEPARATING = " \t\n\r,:\"')»“"

_PAIR = re.compile(r"\b(?:between|both|zwischen|sowohl|either|entweder)\b", re.IGNORECASE)
"""Where two things are one."""


class Piece(NamedTuple):
    """A stretch of a message that begins at the character `start` of it."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Plan(NamedTuple):
    """What of a message is classified.

    `whole`: all of it, twice where it is unsure whether a greeting is one. `clauses`: its parts in
    order, none where it has but one. A long message has no whole: its `clauses` are sentences.
    """

    whole: tuple[Piece, ...]
    clauses: tuple[Piece, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return all that is classified."""
        return (*self.whole, *self.clauses)


def plan(text: str) -> Plan:
    """Return what of a message is classified: at most `LIMIT` pieces.

    All of them together have at most 2 x `TOKENS` words and 2 x `CHARACTERS` characters. A piece
    has a letter.
    """
    stretches = _stretches(text)
    if len(stretches) > 1 or _words(stretches[0].text) >= _LONG:
        sentences = [s for stretch in stretches for s in _sentences(stretch)]
        read = sentences[:_OPENING] + sentences[_OPENING:][-(LIMIT - _OPENING) :]
        return Plan((), tuple(read)) if len(read) > 1 else Plan(tuple(read), ())
    whole = _whole(text)
    clauses = _clauses(whole[-1]) if whole else []
    return Plan(whole, tuple(clauses[-(LIMIT - len(whole)) :]) if len(clauses) > 1 else ())


def _stretches(text: str) -> list[Piece]:
    """Return the text, or its beginning and its end."""
    if len(text) <= CHARACTERS and _words(text) <= TOKENS:
        return [Piece(text, 0)]
    half = CHARACTERS // 2
    begin = len(text) - half if len(text) > CHARACTERS else len(text) // 2
    head = list(_TOKEN.finditer(text[: min(half, begin)]))[: TOKENS // 2]
    tail = list(_TOKEN.finditer(text[begin:]))[-(TOKENS // 2) :]
    ends = [(group[0].start(), group[-1].end()) for group in (head, tail) if group]
    offsets = [offset for group, offset in ((head, 0), (tail, begin)) if group]
    found = [
        Piece(text[first + offset : last + offset], first + offset)
        for (first, last), offset in zip(ends, offsets, strict=True)
    ]
    return found or [Piece("", 0)]


def _whole(text: str) -> tuple[Piece, ...]:
    """Return what is behind a greeting, or both where that is short; nothing without a letter.

    Of a bare salutation whom it addresses is left out: to greet the team is not to ask for it.
    """
    if not _LETTER.search(text):
        return ()
    greeting = _GREETING.match(text)
    rest = text[greeting.end() :] if greeting else ""
    if greeting is None or not _LETTER.search(rest):
        salutation = greeting and (greeting["salutation"] or greeting["formal"])
        return (Piece(salutation, text.index(salutation)) if salutation else Piece(text, 0),)
    behind = Piece(rest, greeting.end())
    return (behind,) if len(rest.split()) >= _REQUEST else (Piece(text, 0), behind)


def _clauses(piece: Piece) -> list[Piece]:
    """Return the parts of a message that could each be a request."""
    return [part for sentence in _cut(piece, _ends(piece.text)) for part in _parts(sentence)]


def _parts(sentence: Piece) -> list[Piece]:
    cuts = [following.span() for following in _NEXT.finditer(sentence.text)]
    return _cut(sentence, [] if cuts and _PAIR.search(sentence.text) else cuts)


def _sentences(piece: Piece) -> Iterator[Piece]:
    """Yield a long text's sentences; one that does not end is cut where a breath may be taken."""
    for sentence in _cut(piece, _ends(piece.text)):
        if _words(sentence.text) <= _BREATH:
            yield sentence
            continue
        for part in _parts(sentence):
            words = list(_TOKEN.finditer(part.text))
            for first in range(0, len(words), _BREATH):
                stretch = words[first : first + _BREATH]
                start, end = stretch[0].start(), stretch[-1].end()
                if _LETTER.search(part.text, start, end):
                    yield Piece(part.text[start:end], part.start + start)


def _ends(text: str) -> list[tuple[int, int]]:
    """Return where sentences end and the next begin."""
    ends = []
    for end in _END.finditer(text):
        before = text[max(0, end.start() - 8) : end.start() + 1]
        if "\n" in end[0] or not _SHORTENED.search(before):
            ends.append(end.span())
    return ends


def _cut(piece: Piece, cuts: Sequence[tuple[int, int]]) -> list[Piece]:
    """Return what is between the cuts; what is too short to be a clause stays with its neighbour.

    What ends a part (a question mark) belongs to it.
    """
    text = piece.text
    if not cuts:
        return [piece] if _LETTER.search(text) else []
    parts: list[Piece] = []
    begin = counted = words = 0
    for place, after in (*cuts, (len(text), len(text))):
        end = place + (place < len(text) and text[place] in _MARKS)
        words += len(_WORD.findall(text, counted, end))
        counted = end
        if words >= _FEWEST and _LETTER.search(text, begin, end):
            begin += len(text[begin:end]) - len(text[begin:end].lstrip(_SEPARATING))
            parts.append(Piece(text[begin:end], piece.start + begin))
            begin, words = after, 0
    if words and _LETTER.search(text, begin):
        start = parts.pop().start - piece.start if parts else 0
        parts.append(Piece(text[start:], piece.start + start))
    return parts


def _words(text: str) -> int:
    return len(text[: CHARACTERS + 1].split())
