"""Know a house: where it is, what its stack made, and how to talk to its AWS services."""

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pforte.failure import CALLED_WRONGLY, Failure

# boto3 is imported where it is used: it takes a third of a second, and `pforte phone` has no need.

CHECKOUT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
EMULATOR_ROOT = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""The emulator's own account, which may do everything."""

_STANDING = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


@dataclass(frozen=True)
class House:
    """A house that answers: on this machine, or deployed to AWS.

    `url` has no slash at its end. `outputs` are the stack's. `aws_endpoint`, the addresses of the
    simulated `messengers`, of the sample `back_end` and of the sample `portal`, and `state` (the
    folder of its data) are empty for a house on AWS.
    """

    stack: str
    url: str
    outputs: Mapping[str, str]
    aws_endpoint: str = ""
    messengers: str = ""
    back_end: str = ""
    state: str = ""
    portal: str = ""

    @property
    def local(self) -> bool:
        """Say whether the house runs on this machine."""
        return bool(self.aws_endpoint)

    def client(self, service: str) -> Any:
        """Make a boto3 client for a service of the house."""
        return aws_client(service, self.aws_endpoint)

    def connect(self, channel: str, account: str, secrets: Mapping[str, str]) -> None:
        """Store an account's secrets where the functions look for them."""
        from aws.vault import account_parameter

        name = account_parameter(self.outputs["ParameterPrefix"], channel, account)
        value = json.dumps(dict(secrets), sort_keys=True)
        self.client("ssm").put_parameter(
            Name=name, Value=value, Type="SecureString", Overwrite=True
        )


def aws_client(service: str, endpoint: str = "") -> Any:
    """Make a boto3 client, for the emulator at `endpoint` or for AWS as this machine knows it."""
    import boto3
    from botocore.config import Config

    if not endpoint:
        return boto3.client(service)  # type: ignore[call-overload]  # the name is not a literal
    return boto3.client(  # type: ignore[call-overload]  # the name is not a literal
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        **EMULATOR_ROOT,
        config=Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2}),
    )


def stack_outputs(stack: str, endpoint: str = "") -> dict[str, str] | None:
    """Return the outputs of a stack that stands, None where there is none."""
    from botocore.exceptions import ClientError

    try:
        described = aws_client("cloudformation", endpoint).describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    [found] = described["Stacks"]
    if found["StackStatus"] not in _STANDING:
        return None
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def state_folder() -> Path:
    """Return where the house of this checkout keeps its state; PFORTE_STATE names another."""
    return Path(os.environ.get("PFORTE_STATE") or CHECKOUT / ".pforte")


def remember(house: House) -> None:
    """Let the other commands find the running house."""
    (Path(house.state) / "house.json").write_text(json.dumps(asdict(house), indent=1))


def forget(house: House) -> None:
    """Tell the other commands that the house is shut."""
    (Path(house.state) / "house.json").unlink(missing_ok=True)


def running_house(state: Path | None = None) -> House:
    """Return the house that runs on this machine. Raises Failure where none does."""
    try:
        known = json.loads(((state or state_folder()) / "house.json").read_text())
    except FileNotFoundError:
        raise Failure("no house is running here: start it with `make up`") from None
    return House(**known)


def add_house(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which house is meant."""
    parser.add_argument("--stack", metavar="NAME", help="a house on AWS; else the one here")
    parser.add_argument("--region", help="where that stack is; else as AWS is configured")


def find_house(chosen: argparse.Namespace) -> House:
    """Return the house that a command was told, or the running one. Raises Failure."""
    stack: str | None = chosen.stack
    if stack is None:
        if chosen.region:
            raise Failure("--region is of a house on AWS: name it with --stack", CALLED_WRONGLY)
        return running_house()
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    if chosen.region:
        boto3.setup_default_session(region_name=chosen.region)
    try:
        outputs = stack_outputs(stack)
    except (BotoCoreError, ClientError) as error:
        raise Failure(f"AWS does not tell about the stack {stack}: {error}") from error
    if outputs is None:
        raise Failure(f"there is no finished stack {stack} on AWS")
    return House(stack=stack, url=outputs["Url"], outputs=outputs)
