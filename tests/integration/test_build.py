"""Prove what `sam build` packs for AWS; needs the package index, as every build does."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.templates import ROOT

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one function as it is deployed; the others are built from the same folder."""
    built = tmp_path_factory.mktemp("build")
    sam = ROOT / ".sam" / "bin"
    subprocess.run(
        [sam / "sam", "build", "WebhookFunction", "--build-dir", built],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{sam}:{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"},
        check=True,
        capture_output=True,
    )
    return built / "WebhookFunction"


def test_a_build_packs_wheels_for_the_processor_on_aws(package: Path) -> None:
    """The template says arm64, so every compiled module is for arm64, whatever builds it."""
    compiled = [path.name for path in package.rglob("*.so")]
    assert compiled
    assert all("aarch64" in name for name in compiled)


def test_a_package_is_small(package: Path) -> None:
    """At most 30 MB unzipped: a cold start loads the package before anything else."""
    size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    assert size <= 30 * MEGABYTE


def test_a_package_holds_the_functions_and_nothing_of_the_command(package: Path) -> None:
    """Only functions/ goes to Lambda: no tests, no command, no SDK of the runtime's own."""
    names = {path.name for path in package.iterdir()}
    assert {"webhook", "conversation", "aws", "pydantic"} <= names
    assert not names & {"pforte", "tests", "bot", "boto3", "numpy"}
