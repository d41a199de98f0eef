"""Keep what was learnt in a file that is searched where it lies: only what is asked for is read.

A table is the number n of its entries (64 bits), the n hashes of their keys, sorted (64 bits each),
n + 1 places from the file's beginning (32 bits each, the last of them its end), then the entries in
the same order: the length of the key (32 bits), the key in UTF-8, the value in JSON. Numbers are
unsigned and little-endian, as on every processor of AWS.
"""

import hashlib
import json
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

_HASH, _PLACE = 8, 4


class Table[V](Mapping[str, V]):
    """The entries of a file that `write_table` wrote; `read` makes of JSON what is looked up."""

    def __init__(self, file: Path, read: Callable[[Any], V]) -> None:
        with file.open("rb") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        count = int.from_bytes(self._bytes[:_HASH], "little")
        places = _HASH * (count + 1)
        entries = places + _PLACE * (count + 1)
        self._hashes = memoryview(self._bytes)[_HASH:places].cast("Q")
        self._places = memoryview(self._bytes)[places:entries].cast("I")
        self._read = read
        self._found: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        """Return a value, read the first time it is asked for."""
        if key in self._found:
            return self._found[key]
        wanted = _encoded(key)
        hashed = _hash(wanted)
        entry = bisect_left(self._hashes, hashed)
        while entry < len(self) and self._hashes[entry] == hashed:
            found, value = self._entry(entry)
            if found == wanted:
                self._found[key] = self._read(json.loads(value))
                return self._found[key]
            entry += 1
        raise KeyError(key)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self._hashes)

    def __iter__(self) -> Iterator[str]:
        """Yield the keys, in the order of the file."""
        for entry in range(len(self)):
            yield self._entry(entry)[0].decode("utf-8", "surrogatepass")

    def _entry(self, entry: int) -> tuple[bytes, bytes]:
        begin, end = self._places[entry], self._places[entry + 1]
        key = begin + _PLACE
        value = key + int.from_bytes(self._bytes[begin:key], "little")
        return self._bytes[key:value], self._bytes[value:end]


def write_table(file: Path, entries: Mapping[str, Any]) -> None:
    """Write entries, their values in JSON types; the same entries give the same bytes."""
    rows = []
    for key, value in entries.items():
        encoded = _encoded(key)
        written = json.dumps(value, separators=(",", ":")).encode()
        row = len(encoded).to_bytes(_PLACE, "little") + encoded + written
        rows.append((_hash(encoded), row))
    rows.sort()
    place = _HASH * (len(rows) + 1) + _PLACE * (len(rows) + 1)
    places = [place]
    for _, row in rows:
        place += len(row)
        places.append(place)
    numbers = array("Q", [len(rows), *(hashed for hashed, _ in rows)]).tobytes()
    file.write_bytes(numbers + array("I", places).tobytes() + b"".join(row for _, row in rows))


def _encoded(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _hash(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=_HASH).digest(), "little")
