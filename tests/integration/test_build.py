"""Prove what `sam build` packs for AWS; needs the package index, as every build does."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.templates import ROOT

MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=["WebhookFunction", "ActionsFunction"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build two functions as they are deployed; the others are built as the first is."""
    built = tmp_path_factory.mktemp("build")
    name: str = request.param
    sam = ROOT / ".sam" / "bin"
    subprocess.run(
        [sam / "sam", "build", name, "--build-dir", built],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{sam}:{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"},
        check=True,
        capture_output=True,
    )
    return built / name


def test_a_build_packs_wheels_for_the_processor_on_aws(package: Path) -> None:
    """The template says arm64, so every compiled module is for arm64, whatever builds it."""
    compiled = [path.name for path in package.rglob("*.so")]
    assert compiled
    assert all("aarch64" in name for name in compiled)


def test_a_package_is_small(package: Path) -> None:
    """At most 30 MB unzipped: a cold start loads the package before anything else."""
    size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
    assert size <= 30 * MEGABYTE


def test_a_package_holds_its_code_and_nothing_of_the_command(package: Path) -> None:
    """Only what a function runs goes to Lambda: no tests, no command, no SDK of the runtime's own.

    Nor does the web server of rasa-sdk, or the house's own code with the bot author's.
    """
    names = {path.name for path in package.iterdir()}
    assert not names & {"pforte", "tests", "bot", "boto3", "numpy", "sanic", "grpc"}
    house = {"webhook", "conversation", "aws", "pydantic"}
    if package.name == "ActionsFunction":
        assert {"actions", "rasa_sdk", "pydantic"} <= names
        assert names.isdisjoint(house - {"pydantic"})
    else:
        assert house <= names
