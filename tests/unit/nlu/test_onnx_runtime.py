"""Which ONNX Runtime a layer gets."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pforte.failure import Failure
from pforte.house.build import architecture
from pforte.nlu import onnx_runtime
from pforte.nlu.onnx_runtime import put_runtime
from tests.templates import ROOT

LIBRARY = "onnxruntime/capi/onnxruntime_pybind11_state.cpython-313-aarch64-linux-gnu.so"


@pytest.fixture
def intel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be an Intel machine."""
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def test_what_is_packed_is_enough(tmp_path: Path) -> None:
    """Numpy beside it, nothing else: it starts, and is less than half of the package."""
    put_runtime(tmp_path, architecture())
    (tmp_path / "numpy").symlink_to(Path(np.__file__).parent)
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import onnxruntime as runtime; "
    code += "print(runtime.__file__, runtime.InferenceSession.__name__)"
    command = [getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-B", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(tmp_path / "onnxruntime/__init__.py"), "InferenceSession"]
    assert (tmp_path / "onnxruntime" / "LICENSE").is_file()
    assert done.stderr == ""
    assert not list(tmp_path.rglob("libonnxruntime.*"))


@pytest.mark.usefixtures("intel")
def test_this_processor_gets_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is fetched where nothing is needed."""
    monkeypatch.setattr(subprocess, "run", None)
    put_runtime(tmp_path, "x86_64")
    assert (tmp_path / "onnxruntime" / "__init__.py").is_file()


@pytest.mark.usefixtures("intel")
def test_another_processor_gets_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda's arm64 by default: the wheel for it, by hash."""
    called: list[list[Any]] = []

    def install(command: list[Any], **_: object) -> None:
        called.append(command)
        library = Path(command[command.index("--target") + 1]) / LIBRARY
        library.parent.mkdir(parents=True)
        library.write_text("arm")

    monkeypatch.setattr(subprocess, "run", install)
    put_runtime(tmp_path, "arm64")
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [
        Path(LIBRARY)
    ]
    assert "--require-hashes" in called[0]
    assert "aarch64-manylinux_2_28" in called[0]


@pytest.mark.usefixtures("intel")
def test_what_cannot_be_fetched_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without the package index ends with one line."""

    def install(command: list[Any], **_: object) -> None:
        raise subprocess.CalledProcessError(2, command, stderr="error\nno such host\n")

    monkeypatch.setattr(subprocess, "run", install)
    with pytest.raises(Failure, match="arm64: no such host"):
        put_runtime(tmp_path, "arm64")


def test_hashes_are_those_of_the_lock_file() -> None:
    """What is packed is what was looked at."""
    wanted = onnx_runtime.requirement((ROOT / "uv.lock").read_text())
    assert wanted.startswith("onnxruntime==1.32.0 --hash=sha256:")
    assert wanted.count("--hash=sha256:") >= 2
