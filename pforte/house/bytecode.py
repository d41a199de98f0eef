"""Compile what SAM has built: Lambda keeps no bytecode, so each cold start would compile anew."""

import hashlib
import py_compile
import shutil
import sys
from pathlib import Path

from pforte.failure import CALLED_WRONGLY
from pforte.house.slim import slim_built


def compile_built(built: Path) -> int:
    """Compile each module below a build folder; returns how many files were written.

    The functions share their code, so what one has compiled is copied to the others. The bytecode
    is never checked against its source: unpacking on AWS changes times.
    """
    compiled: dict[tuple[Path, bytes], Path] = {}
    written = 0
    for folder in sorted(path for path in built.iterdir() if path.is_dir()):
        for source in sorted(folder.rglob("*.py")):
            inside = source.relative_to(folder)
            target = (
                source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
            )
            known = (inside, hashlib.sha256(source.read_bytes()).digest())
            if known in compiled:
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(compiled[known], target)
            elif not _compile(source, target, inside):
                continue
            compiled[known] = target
            written += 1
    return written


def _compile(source: Path, target: Path, name: Path) -> bool:
    """Compile one module; one that is no Python of this version is left to whoever imports it."""
    try:
        py_compile.compile(
            str(source),
            cfile=str(target),
            dfile=str(name),  # not the path of this machine: the same code makes the same bytes
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except py_compile.PyCompileError:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Slim and compile the build folder that is named; for the Makefile."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m pforte.house.bytecode FOLDER", file=sys.stderr)
        return CALLED_WRONGLY
    print(f"{slim_built(Path(arguments[0])) / 1e6:.0f} MB of numpy left out")
    print(f"{compile_built(Path(arguments[0]))} modules compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
