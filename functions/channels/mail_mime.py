"""Take a raw mail apart into its parts, in bounded work: RFC 5322 and 2045 as they are met.

Own code, because the standard library's parser recurses as deep as a mail is nested and compares
every line with every boundary around it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from channels.mail_text import decoded, header_text, unwrapped, unwrapped_size, words

FIELDS: Final = 500
"""Header fields that are read of a part; those behind are skipped."""
VALUE: Final = 16_000
"""Bytes of a header field that are read."""
DEPTH: Final = 12
"""Levels of nesting; what lies deeper is not taken apart."""
PARTS: Final = 200
"""Parts of a mail; those behind are left out."""
_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:")
_PARAMETER: Final = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+("(?:[^"\\]|\\.)*+"|[^;]*+)')
_PARAMETERS: Final = 2_000
"""Characters of a field with parameters."""


class Headers:
    """The fields of a part: names in lower case, values in one line, encoded words not read."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = tuple(fields)

    def __bool__(self) -> bool:
        return bool(self._fields)

    def __contains__(self, name: str) -> bool:
        return any(name == other for other, _ in self._fields)

    def all(self, name: str) -> list[str]:
        """Return the values of every field of a name."""
        return [value for other, value in self._fields if other == name]

    def get(self, name: str) -> str:
        """Return the first value that is not empty, "" where there is none."""
        return next(filter(None, self.all(name)), "")

    def parameter(self, name: str, parameter: str) -> str:
        """Return a parameter of a field: plain, in encoded words, or as RFC 2231 splits it."""
        return _parameter(self.get(name)[:_PARAMETERS], parameter)


@dataclass(frozen=True)
class Part:
    """A part of a mail: `number` as IMAP counts ("1.2"), its body between two places of `raw`."""

    number: str
    headers: Headers
    raw: bytes
    start: int
    end: int
    parts: "tuple[Part, ...]" = ()

    @property
    def kind(self) -> str:
        """The media type, in lower case; a text where none is told."""
        named = self.headers.get("content-type").partition(";")[0].strip().lower()
        return named if re.fullmatch(r"[\w.+-]{1,100}/[\w.+-]{1,100}", named) else "text/plain"

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding."""
        return self.headers.get("content-transfer-encoding")

    @property
    def filename(self) -> str:
        """The file's name without folders, "" where it has none."""
        named = self.headers.parameter("content-disposition", "filename") or self.headers.parameter(
            "content-type", "name"
        )
        return re.split(r"[/\\]", named)[-1].strip()[:200]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return unwrapped_size(self.raw[self.start : self.end], self.encoding)

    def text(self, limit: int) -> str:
        """Return the body as text, its first `limit` bytes where it is longer."""
        wrapped = self.raw[self.start : min(self.end, self.start + 3 * limit)]
        raw = unwrapped(wrapped, self.encoding)[:limit]
        return decoded(raw, self.headers.parameter("content-type", "charset"))

    def walk(self) -> "Iterator[Part]":
        """Give the part and all parts in it, in their order."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_part(raw: bytes) -> Part:
    """Take a mail apart."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    raw = raw.replace(b"\r\n", b"\n") if b"\n" in raw else raw.replace(b"\r", b"\n")
    return _Reader(raw).part("", 0, len(raw), 0)


def read_headers(raw: bytes) -> Headers:
    """Read a block of header fields, such as a returned mail's."""
    raw = raw.replace(b"\r\n", b"\n").lstrip(b"\n")
    return _fields(raw, 0, len(raw))[0]


class _Reader:
    """One mail being taken apart; counts its parts."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._left = PARTS

    def part(self, number: str, start: int, end: int, depth: int) -> Part:
        self._left -= 1
        headers, body = _fields(self._raw, start, end)
        part = Part(number or "1", headers, self._raw, body, end)
        boundary = headers.parameter("content-type", "boundary").rstrip()
        if not part.kind.startswith("multipart/") or not boundary or depth >= DEPTH:
            return part
        parts = []
        for index, (first, last) in enumerate(self._places(boundary, body, end), start=1):
            if not self._left:
                break
            inside = f"{number}.{index}" if number else str(index)
            parts.append(self.part(inside, first, last, depth + 1))
        return Part(part.number, headers, self._raw, body, end, tuple(parts))

    def _places(self, boundary: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give beginning and end of what stands between the boundaries; the last may be missing."""
        pattern = rb"(?m)^--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*+$"
        first = -1
        for found in re.compile(pattern).finditer(self._raw, start, end):
            if first >= 0:
                yield first, max(first, found.start() - 1)
            if found[1]:
                return
            first = min(found.end() + 1, end)
        if first >= 0:
            yield first, end


def _fields(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Return the header fields and where the body begins: behind an empty line, or without one."""
    fields: list[tuple[str, list[bytes]]] = []
    position = start
    while position < end:
        stop = raw.find(b"\n", position, end)
        stop = end if stop < 0 else stop
        line = raw[position:stop]
        found = _FIELD.match(line)
        if not line:
            return _headers(fields), stop + 1
        if line[:1] in b" \t" and fields:
            fields[-1][1].append(line)
        elif found and len(fields) == FIELDS:
            empty = raw.find(b"\n\n", position, end)
            return _headers(fields), end if empty < 0 else empty + 2
        elif found:
            fields.append((found[1].decode().lower(), [line[found.end() :]]))
        elif position > start or not re.match(rb">?From ", line):  # a mailbox file's line
            return _headers(fields), position
        position = stop + 1
    return _headers(fields), end


def _headers(fields: list[tuple[str, list[bytes]]]) -> Headers:
    return Headers((name, header_text(b" ".join(lines)[:VALUE])) for name, lines in fields)


def _parameter(value: str, name: str) -> str:
    found: dict[str, str] = {}
    for key, given in _PARAMETER.findall(value):
        found.setdefault(key.lower(), re.sub(r'\\(["\\])', r"\1", given.strip().strip('"')))
    raw, charset = b"", ""
    keys = [f"{name}*"] if f"{name}*" in found else [f"{name}*{index}" for index in range(50)]
    for key in keys:
        starred = key if key in found and key.endswith("*") else f"{key}*"
        if starred in found:
            given = found[starred]
            if not raw and given.count("'") >= 2:
                charset, _, given = given.split("'", 2)
            raw += unquote_to_bytes(given)
        elif key in found:
            raw += found[key].encode()
        else:
            break
    return decoded(raw, charset) if raw else words(found.get(name, ""))
