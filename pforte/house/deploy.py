"""Deploy the built template to the emulator as `sam deploy` would, without its half minute."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError, WaiterError
from ruamel.yaml import YAML

from pforte.failure import Failure
from pforte.house.build import BUILT, architecture
from pforte.house.house import REGION, aws_client, stack_outputs

_BUCKET = "pforte-build"
_LOCAL_CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
_MARK = "deployed"


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
    s3 = _bucket(endpoint)
    template = json.dumps(_packed(YAML(typ="safe").load(BUILT / "template.yaml"), s3))
    _put_stack(stack, endpoint, template, given, "CREATE" if outputs is None else "UPDATE")
    _allow_what_the_emulator_misjudges(stack, endpoint)
    s3.put_object(Bucket=_BUCKET, Key=_MARK, Body=wanted.encode())
    outputs = stack_outputs(stack, endpoint)
    if outputs is None:
        raise Failure(f"the stack {stack} was deployed and does not stand")
    return outputs


def _bucket(endpoint: str) -> Any:
    s3 = aws_client("s3", endpoint)
    if not any(bucket["Name"] == _BUCKET for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def _deployed(endpoint: str) -> str:
    try:
        answer = aws_client("s3", endpoint).get_object(Bucket=_BUCKET, Key=_MARK)
    except ClientError:
        return ""
    return str(answer["Body"].read().decode())


def _packed(template: dict[str, Any], s3: Any) -> dict[str, Any]:
    """Upload the folders that the template names and let it name them in the bucket."""
    for resource in template["Resources"].values():
        name = _LOCAL_CODE.get(resource["Type"])
        if name is not None:
            packed = _zip(BUILT / resource["Properties"][name])
            key = hashlib.sha256(packed).hexdigest()
            s3.put_object(Bucket=_BUCKET, Key=key, Body=packed)
            resource["Properties"][name] = f"s3://{_BUCKET}/{key}"
    return template


def _zip(folder: Path) -> bytes:
    """Pack a folder; the same content makes the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    return packed.getvalue()


def _put_stack(
    stack: str, endpoint: str, template: str, parameters: Mapping[str, str], kind: str
) -> None:
    cloudformation = aws_client("cloudformation", endpoint)
    pace = {"Delay": 1, "MaxAttempts": 120}
    if kind == "CREATE":  # what is left of a creation that failed would be in the way
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig=pace)
    named = {"StackName": stack, "ChangeSetName": f"pforte-{uuid4()}"}
    cloudformation.create_change_set(
        **named,
        ChangeSetType=kind,
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )
    done = f"stack_{kind.lower()}_complete"
    try:
        if not _has_changes(cloudformation, named, pace):
            return
        cloudformation.execute_change_set(**named)
        cloudformation.get_waiter(done).wait(StackName=stack, WaiterConfig=pace)
    except WaiterError as error:
        raise Failure(f"template.yaml cannot be deployed: {_why(cloudformation, stack)}") from error


def _has_changes(cloudformation: Any, named: Mapping[str, str], pace: Mapping[str, int]) -> bool:
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(**named, WaiterConfig=pace)
    except WaiterError:
        described = cloudformation.describe_change_set(**named)
        if "didn't contain changes" in described.get("StatusReason", ""):
            cloudformation.delete_change_set(**named)
            return False
        raise
    return True


def _why(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "the emulator does not say why"
    return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', '?')}"


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
