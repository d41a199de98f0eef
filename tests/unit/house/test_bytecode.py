"""The bytecode that a build is given."""

import subprocess
import sys
from pathlib import Path

from pforte.house.bytecode import compile_built, main


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_start_compiles_nothing_even_when_unpacking_has_changed_times(tmp_path: Path) -> None:
    """Every function carries its bytecode, and it is taken as it is: here the source is other."""
    for function in ("One", "Two"):
        _write(tmp_path / function / "room" / "words.py", "print('compiled')\n")
    assert compile_built(tmp_path) == 2
    for function in ("One", "Two"):
        (tmp_path / function / "room" / "words.py").write_text("print('source')\n")
        said = subprocess.run(
            [sys.executable, "-I", "-c", "import sys; sys.path[:0] = ['.']; import room.words"],
            cwd=tmp_path / function,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout == "compiled\n"


def test_the_same_path_with_other_code_is_compiled_for_itself(tmp_path: Path) -> None:
    """Only what is the same to the byte is copied from one function to the next."""
    _write(tmp_path / "One" / "words.py", "a = 1\n")
    _write(tmp_path / "Two" / "words.py", "a = 2\n")
    compile_built(tmp_path)
    one, two = sorted(tmp_path.rglob("*.pyc"))
    assert one.read_bytes() != two.read_bytes()


def test_code_of_another_python_is_left_alone(tmp_path: Path) -> None:
    """Packages bring templates and old syntax that nobody imports; they end no build."""
    _write(tmp_path / "One" / "old.py", "print 'hello'\n")
    assert compile_built(tmp_path) == 0


def test_the_same_build_at_another_place_has_the_same_bytecode(tmp_path: Path) -> None:
    """A path of the machine that built it would change the hash of every deployment."""
    for place in ("here", "there"):
        _write(tmp_path / place / "One" / "words.py", "def f() -> None: ...\n")
        compile_built(tmp_path / place)
    here, there = sorted(tmp_path.rglob("*.pyc"))
    assert here.read_bytes() == there.read_bytes()


def test_without_a_folder_it_is_called_wrongly(tmp_path: Path) -> None:
    """The Makefile sees a failed step."""
    assert main([str(tmp_path / "nowhere")]) == 2
