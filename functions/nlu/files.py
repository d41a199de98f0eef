"""Map arrays that training or a build step wrote."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def mapped(path: Path) -> NDArray[Any]:
    """Map a file's array into memory, as a plain array (a memmap is slower to slice)."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
