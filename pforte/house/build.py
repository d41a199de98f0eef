"""Build the template for this machine's processor, and deploy it to the emulator, when need be."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from botocore.exceptions import ClientError

from pforte.failure import Failure
from pforte.house.house import CHECKOUT, EMULATOR_ROOT, REGION, aws_client, stack_outputs

_SAM = CHECKOUT / ".sam" / "bin"
_BUILT = CHECKOUT / ".pforte" / "build"
_INPUTS = ("template.yaml", "functions", "layers", "bot", "pforte/bot", "uv.lock")
_BOT_INPUTS = ("bot", "pforte/bot", "functions/nlu", "functions/dialogue", "functions/conversation")
_BUCKET = "pforte-build"


def architecture() -> str:
    """Return this machine's processor as Lambda names it."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def build() -> str:
    """Build what changed and return the fingerprint of what is built. Raises Failure."""
    fingerprint = _fingerprint(_INPUTS)
    mark = _BUILT / "fingerprint"
    if mark.exists() and mark.read_text() == fingerprint:
        return fingerprint
    # SAM's cache looks at a layer's own folder, and the bot is trained from elsewhere.
    (CHECKOUT / "layers" / "bot" / ".inputs").write_text(_fingerprint(_BOT_INPUTS))
    _sam(
        "build",
        *("--cached", "--cache-dir", str(_BUILT.parent / "cache")),
        *("--build-dir", str(_BUILT)),
        *("--parameter-overrides", f"Architecture={architecture()}"),
    )
    mark.write_text(fingerprint)
    return fingerprint


def deploy(
    stack: str, endpoint: str, parameters: Mapping[str, str], fingerprint: str
) -> dict[str, str]:
    """Deploy what is built unless it stands there already; returns the stack's outputs.

    The mark of what was deployed lives in the emulator, so it is lost where the stack is.
    """
    given = {"Architecture": architecture(), **parameters}
    wanted = hashlib.sha256(repr((fingerprint, sorted(given.items()))).encode()).hexdigest()
    outputs = stack_outputs(stack, endpoint)
    if outputs is not None and _deployed(endpoint) == wanted:
        return outputs
    s3 = aws_client("s3", endpoint)
    s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    _sam(
        "deploy",
        *("--template-file", str(_BUILT / "template.yaml"), "--config-env", "local"),
        *("--stack-name", stack, "--s3-bucket", _BUCKET, "--region", REGION),
        *("--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset"),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in given.items())),
        environment={
            "AWS_ENDPOINT_URL": endpoint,
            **{name.upper(): value for name, value in EMULATOR_ROOT.items()},
        },
    )
    _allow_what_the_emulator_misjudges(stack, endpoint)
    s3.put_object(Bucket=_BUCKET, Key="deployed", Body=wanted.encode())
    outputs = stack_outputs(stack, endpoint)
    if outputs is None:
        raise Failure(f"the stack {stack} was deployed and does not stand")
    return outputs


def _allow_what_the_emulator_misjudges(stack: str, endpoint: str) -> None:
    """Repeat two rights in a form that MiniStack 1.5 understands; all others hold as they stand.

    It asks GetParametersByPath for all resources, and does not know the key `ssm:Overwrite`.
    """
    rights = [
        {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "ssm:PutParameter",
            "Resource": f"arn:aws:ssm:*:*:parameter/pforte/{stack}/identity-key",
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam = aws_client("iam", endpoint)
    for role in iam.list_roles()["Roles"]:
        iam.put_role_policy(RoleName=role["RoleName"], PolicyName="emulator", PolicyDocument=policy)


def _deployed(endpoint: str) -> str:
    try:
        answer = aws_client("s3", endpoint).get_object(Bucket=_BUCKET, Key="deployed")
    except ClientError:
        return ""
    return str(answer["Body"].read().decode())


def _sam(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    if not _SAM.exists():
        raise Failure("the SAM CLI is not installed: run `make env`")
    done = subprocess.run(
        [_SAM / "sam", *arguments],
        cwd=CHECKOUT,
        env={
            **os.environ,
            **(environment or {}),
            # SAM looks for the runtime's interpreter with pip on PATH.
            "PATH": f"{_SAM}{os.pathsep}{os.environ['PATH']}",
            "SAM_CLI_TELEMETRY": "0",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = CHECKOUT / ".pforte" / f"sam-{arguments[0]}.log"
        log.write_text(done.stdout + done.stderr)
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Failure(
            f"sam {arguments[0]} fails, see {log}: {said[-1] if said else 'no word of it'}"
        )


def _fingerprint(inputs: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in _files(inputs):
        digest.update(f"{path.relative_to(CHECKOUT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(inputs: tuple[str, ...]) -> Iterator[Path]:
    for name in inputs:
        start = CHECKOUT / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        yield from (
            path
            for path in found
            if path.is_file() and "__pycache__" not in path.parts and path.name != ".inputs"
        )
