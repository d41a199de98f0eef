"""Put ONNX Runtime into a layer: for the functions' processor, without what they never load."""

import platform
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

from pforte.failure import FOUND_WRONG, Failure
from pforte.house.build import architecture as own_architecture
from pforte.nlu.encoders import installed

PACKAGE = "onnxruntime"

ARCHITECTURES = ("arm64", "x86_64")
"""Processors as Lambda calls them."""

_ROOT = Path(__file__).parents[2]
_PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}

_NEEDED = (
    *("LICENSE", "ThirdPartyNotices.txt", "__init__.py"),
    *("capi/*.py", "capi/*_state.*.so", "capi/*_providers_shared.so"),  # it warns without the last
)
"""Half of the package: the rest is the same library for programs in C, and tools."""


def put_runtime(folder: Path, architecture: str) -> None:
    """Copy the package into a folder of packages. Raises Failure where it cannot be fetched."""
    if platform.system() == "Linux" and architecture == own_architecture():
        _copy(installed(PACKAGE), folder / PACKAGE)
        return
    with tempfile.TemporaryDirectory() as scratch:
        _install(Path(scratch), architecture)
        _copy(Path(scratch) / PACKAGE, folder / PACKAGE)


def _copy(package: Path, folder: Path) -> None:
    for pattern in _NEEDED:
        for file in sorted(package.glob(pattern)):
            target = folder / file.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


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
