"""What a build leaves out of numpy."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pforte.house.slim import slim_built

USED = "numpy.linalg.solve(numpy.eye(2), numpy.random.default_rng(1).random(2)); numpy.fft.fft([1])"


def test_numpy_still_works_without_what_is_left_out(tmp_path: Path) -> None:
    """A third of it goes, nothing that a function could import in earnest."""
    spec = find_spec("numpy")
    assert spec is not None
    assert spec.origin is not None
    layer = tmp_path / "NumpyLayer" / "python"
    for name in ("numpy", "numpy.libs"):
        shutil.copytree(Path(spec.origin).parents[1] / name, layer / name)
    assert slim_built(tmp_path) > 10_000_000
    assert not [*layer.rglob("*.pyi"), *layer.rglob("tests")]
    subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path[:0] = ['.']; import numpy; {USED}",
        ],
        cwd=layer,
        check=True,
    )


def test_other_packages_keep_all_they_have(tmp_path: Path) -> None:
    """Only numpy's files are known not to be needed."""
    kept = tmp_path / "OtherLayer" / "python" / "other" / "tests" / "data.pyi"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert slim_built(tmp_path) == 0
    assert kept.exists()
