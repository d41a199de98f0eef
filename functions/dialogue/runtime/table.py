"""Keep what was learnt in a file that is searched where it lies: only what is asked for is read.

A table is a number of entries n, n + 1 places from the file's beginning, the last of them its end,
then the entries, sorted by their keys' bytes: the length of the key, the key in UTF-8, the value in
JSON. Numbers are unsigned, of 32 bits, little-endian.
"""

import json
import mmap
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

_NUMBER = struct.Struct("<I")


class Table[V](Mapping[str, V]):
    """The entries of a file that `write_table` wrote; `read` makes of JSON what is looked up."""

    def __init__(self, file: Path, read: Callable[[Any], V]) -> None:
        with file.open("rb") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        self._read = read
        self._found: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        """Return a value, read the first time it is asked for."""
        if key in self._found:
            return self._found[key]
        wanted = key.encode("utf-8", "surrogatepass")
        entry = bisect_left(range(len(self)), wanted, key=self._key)
        if entry == len(self) or self._key(entry) != wanted:
            raise KeyError(key)
        begin = self._place(entry) + _NUMBER.size + len(wanted)
        value = self._bytes[begin : self._place(entry + 1)]
        self._found[key] = self._read(json.loads(value))
        return self._found[key]

    def __len__(self) -> int:
        """Return how many entries there are."""
        return self._number(0)

    def __iter__(self) -> Iterator[str]:
        """Yield the keys, sorted by their bytes."""
        for entry in range(len(self)):
            yield self._key(entry).decode("utf-8", "surrogatepass")

    def _key(self, entry: int) -> bytes:
        place = self._place(entry)
        begin = place + _NUMBER.size
        return self._bytes[begin : begin + self._number(place)]

    def _place(self, entry: int) -> int:
        return self._number((entry + 1) * _NUMBER.size)

    def _number(self, place: int) -> int:
        found: int = _NUMBER.unpack_from(self._bytes, place)[0]
        return found


def write_table(file: Path, entries: Mapping[str, Any]) -> None:
    """Write entries, their values in JSON types; the same entries give the same bytes."""
    encoded = {key.encode("utf-8", "surrogatepass"): value for key, value in entries.items()}
    rows = [
        _NUMBER.pack(len(key)) + key + json.dumps(encoded[key], separators=(",", ":")).encode()
        for key in sorted(encoded)
    ]
    place = (len(rows) + 2) * _NUMBER.size
    places = [place]
    for row in rows:
        place += len(row)
        places.append(place)
    numbers = b"".join(map(_NUMBER.pack, (len(rows), *places)))
    file.write_bytes(numbers + b"".join(rows))
