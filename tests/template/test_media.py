"""Hold what the template promises of files: who may touch them, for how long they are kept."""

from typing import Any

from aws.media import SCAN_SECONDS
from media.fetch import TRIES
from media.line import PATIENCE
from tests.templates import functions, resources

FUNCTIONS = functions()


def _objects(function: str, action: str) -> set[str]:
    """Return under which prefixes of the bucket a function may do something."""
    found: set[str] = set()
    for policy in FUNCTIONS[function]["Policies"]:
        for statement in policy.get("Statement", ()):
            if action in statement["Action"]:
                listed = statement["Resource"]
                for each in listed if isinstance(listed, list) else [listed]:
                    found.add(each["Fn::Sub"].removeprefix("${Bucket.Arn}/"))
    return found


def _rules() -> dict[str, Any]:
    bucket = resources("AWS::S3::Bucket")["Bucket"]
    return {rule.get("Prefix", ""): rule for rule in bucket["LifecycleConfiguration"]["Rules"]}


def test_the_world_writes_no_file_itself() -> None:
    """What messengers call cannot put anything where agents open it."""
    assert _objects("WebhookFunction", "s3:PutObject") == {"raw/*", "texts/*", "contents/*"}


def test_media_touches_files_and_nothing_else_of_the_bucket() -> None:
    """What fetches hostile bytes reads neither texts nor raw webhooks, and tells us alone."""
    assert _objects("MediaFunction", "s3:PutObject") == {"media/*", "quarantine/*"}
    assert _objects("MediaFunction", "s3:GetObject") == {"quarantine/*", "raw/email/*"}
    assert _objects("MediaFunction", "s3:DeleteObject") == {"media/*", "quarantine/*"}
    statements = [
        statement
        for policy in FUNCTIONS["MediaFunction"]["Policies"]
        for statement in policy.get("Statement", ())
    ]
    sends = [each["Resource"] for each in statements if "sqs:SendMessage" in each["Action"]]
    assert sends == [{"Fn::GetAtt": "InboundQueue.Arn"}]
    actions = {action for each in statements for action in each["Action"]}
    assert {action for action in actions if action.startswith("dynamodb:")} == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
    }


def test_only_a_scanner_that_is_named_can_be_called() -> None:
    """Without one, the function that fetches may call nothing."""
    [chosen] = [p["Fn::If"] for p in FUNCTIONS["MediaFunction"]["Policies"] if "Fn::If" in p]
    assert chosen == ["HasScanner", {"Ref": "ScanPolicy"}, {"Ref": "AWS::NoValue"}]
    policy = resources("AWS::IAM::ManagedPolicy")["ScanPolicy"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    assert statement["Resource"] == {"Ref": "ScannerFunction"}


def test_files_end_when_the_operator_says_so() -> None:
    """Files and what is known of them end together; what was set aside ends after a week."""
    rules = _rules()
    assert rules["media/"]["ExpirationInDays"] == {"Ref": "MediaRetention"}
    assert rules["quarantine/"]["ExpirationInDays"] == 7
    variables = FUNCTIONS["MediaFunction"]["Environment"]["Variables"]
    assert variables["MEDIA_RETENTION_DAYS"] == {"Ref": "MediaRetention"}


def test_a_file_is_given_up_before_its_job_is_dead() -> None:
    """Agents are told that a file cannot be had; the dead letters are for what even that breaks."""
    queue = resources("AWS::SQS::Queue")["MediaQueue"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] > TRIES + 1


def test_a_job_has_the_time_that_its_waits_add_up_to() -> None:
    """The slowest file and the slowest scan end before the function does."""
    assert FUNCTIONS["MediaFunction"]["Timeout"] > PATIENCE + SCAN_SECONDS


def test_agents_and_visitors_reach_no_more_than_they_see() -> None:
    """Raw webhooks and mails are read by neither; what visitors send is looked at first."""
    assert _objects("DeskFunction", "s3:GetObject") == {"texts/*", "media/*"}
    assert _objects("DeskFunction", "s3:PutObject") == {"media/*"}
    assert _objects("WebchatFunction", "s3:GetObject") == {"texts/*", "media/*"}
    assert _objects("WebchatFunction", "s3:PutObject") == {"quarantine/*"}
    assert _objects("DeliverFunction", "s3:GetObject") == {"media/*"}
    assert _objects("DeliverFunction", "s3:PutObject") == set()
