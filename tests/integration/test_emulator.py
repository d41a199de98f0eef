"""Prove what the house relies on in the emulator: its data survives a stop."""

import socket
from pathlib import Path

import pytest

from pforte.failure import Failure
from pforte.house.emulator import Emulator, stop_left_over
from pforte.house.house import aws_client


def _free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


def test_what_was_stored_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    """Ctrl-C keeps the data: secrets, files and queued events."""
    emulator = Emulator(tmp_path, _free_port())
    emulator.start()
    ssm, s3 = aws_client("ssm", emulator.endpoint), aws_client("s3", emulator.endpoint)
    ssm.put_parameter(Name="/kept", Value="secret", Type="SecureString")
    s3.create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    s3.put_object(Bucket="kept", Key="text", Body=b"long")
    emulator.stop()

    again = Emulator(tmp_path, _free_port())
    again.start()
    try:
        ssm, s3 = aws_client("ssm", again.endpoint), aws_client("s3", again.endpoint)
        kept = ssm.get_parameter(Name="/kept", WithDecryption=True)
        assert kept["Parameter"]["Value"] == "secret"
        assert s3.get_object(Bucket="kept", Key="text")["Body"].read() == b"long"
    finally:
        again.stop()


def test_a_killed_house_leaves_no_emulator_behind(tmp_path: Path) -> None:
    """The next start stops what a killed house left running, which saves its data."""
    left_over = Emulator(tmp_path, _free_port())
    left_over.start()
    aws_client("ssm", left_over.endpoint).put_parameter(Name="/kept", Value="x", Type="String")

    stop_left_over(tmp_path)

    again = Emulator(tmp_path, _free_port())
    again.start()
    try:
        assert aws_client("ssm", again.endpoint).get_parameter(Name="/kept")
    finally:
        again.stop()
        left_over.stop()


def test_an_emulator_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A port that is taken ends in one clear line, not in a long wait."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Failure, match="already in use"):
            Emulator(tmp_path, taken.getsockname()[1]).start()
