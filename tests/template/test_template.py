"""Hold what the template promises: queues, rights and routes, read from the deployed file."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from bootstrap.settings import Settings
from converse.actor import ACTIONS_LIMIT
from deliver import send
from tests.templates import ROOT, functions, resources, template
from webhook.mail import STORED

QUEUES = resources("AWS::SQS::Queue")
MAPPINGS = resources("AWS::Lambda::EventSourceMapping")
FUNCTIONS = functions()


def _statements() -> list[tuple[str, dict[str, Any]]]:
    found = [
        (name, statement)
        for name, function in FUNCTIONS.items()
        for policy in function["Policies"]
        if "Statement" in policy
        for statement in policy["Statement"]
    ]
    for name, policy in resources("AWS::IAM::ManagedPolicy").items():
        found += [(name, each) for each in policy["PolicyDocument"]["Statement"]]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


UNORDERED = {"MediaQueue", "MediaDeadLetters", "MailRetries", "MailDeadLetters"}
"""Files need no order among themselves, and Lambda sets failed calls aside in such queues only."""


@pytest.mark.parametrize("queue", sorted(set(QUEUES) - UNORDERED))
def test_queues_keep_order_at_high_throughput(queue: str) -> None:
    """Order and deduplication hold per group, so that one conversation never slows another."""
    properties = QUEUES[queue]
    assert properties["FifoQueue"] is True
    assert properties["DeduplicationScope"] == "messageGroup"
    assert properties["FifoThroughputLimit"] == "perMessageGroupId"
    assert properties["QueueName"]["Fn::Sub"].endswith(".fifo")
    assert properties["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("mapping", sorted(MAPPINGS))
def test_a_message_stays_hidden_a_little_longer_than_its_function_runs(mapping: str) -> None:
    """Nobody else gets a message whose handler still runs, and a dead handler's soon comes back."""
    properties = MAPPINGS[mapping]
    queue = QUEUES[properties["EventSourceArn"]["Fn::GetAtt"].removesuffix(".Arn")]
    timeout = FUNCTIONS[properties["FunctionName"]["Ref"]]["Timeout"]
    assert timeout < queue["VisibilityTimeout"] <= timeout + 10
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_deliver_knows_its_own_time_out() -> None:
    """The fence against two senders reckons with the time-out and visibility that are deployed."""
    assert FUNCTIONS["DeliverFunction"]["Timeout"] == send.TIMEOUT_SECONDS
    assert QUEUES["OutboundQueue"]["VisibilityTimeout"] == send.VISIBILITY_SECONDS


def test_an_outage_does_not_fill_the_dead_letter_queues() -> None:
    """Both working queues try a hundred times before they give up, and keep for two weeks."""
    for name in ("InboundQueue", "OutboundQueue"):
        redrive = QUEUES[name]["RedrivePolicy"]
        assert redrive["maxReceiveCount"] >= 100
        assert redrive["deadLetterTargetArn"]["Fn::GetAtt"].removesuffix(".Arn") in QUEUES
        assert QUEUES[name]["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("owner", "statement"), _statements(), ids=lambda v: v if isinstance(v, str) else v["Sid"]
)
def test_rights_name_their_actions_and_resources(owner: str, statement: dict[str, Any]) -> None:
    """No function may do more than it does: no action and no resource is a bare wildcard."""
    for action in _listed(statement["Action"]):
        assert "*" not in action, owner
    for resource in _listed(statement["Resource"]):
        assert resource != "*", owner


def test_nobody_has_all_of_the_bucket_and_who_decides_none_of_it() -> None:
    """Mails, files and long texts lie apart: each function has what it handles of them."""
    reached = [each for _, statement in _statements() for each in _listed(statement["Resource"])]
    assert {"Fn::Sub": "${Bucket.Arn}/*"} not in reached
    assert not [action for action in _rights("ConverseFunction") if action.startswith("s3:")]


def test_only_the_table_may_be_scanned_by_nobody() -> None:
    """Nothing reads the whole table: a scan would cost with every customer ever served."""
    actions = {each for _, statement in _statements() for each in _listed(statement["Action"])}
    assert "dynamodb:Scan" not in actions


def test_the_identity_key_is_never_overwritten() -> None:
    """A new key would give every conversation another id, so functions may make it only once."""
    [statement] = [
        each for _, each in _statements() if "ssm:PutParameter" in _listed(each["Action"])
    ]
    assert statement["Resource"]["Fn::Sub"].endswith("/identity-key")
    assert statement["Condition"] == {"StringEquals": {"ssm:Overwrite": "false"}}


def test_the_agents_api_wants_a_token_and_nothing_else_does() -> None:
    """API Gateway checks the pool's tokens before the desk sees a call to its API."""
    routes = resources("AWS::ApiGatewayV2::Route")
    guarded = {r["RouteKey"] for r in routes.values() if r.get("AuthorizationType") == "JWT"}
    assert guarded == {"ANY /desk/api/{proxy+}"}
    assert {route["RouteKey"] for route in routes.values()} - guarded == {
        "ANY /webhooks/{proxy+}",
        "GET /desk",
        "ANY /desk/{proxy+}",
        "ANY /webchat/{proxy+}",
    }


def test_only_admins_make_agents() -> None:
    """Nobody signs up at the desk by themselves."""
    pool = resources("AWS::Cognito::UserPool")["UserPool"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    groups = {each["GroupName"] for each in resources("AWS::Cognito::UserPoolGroup").values()}
    assert groups == {"agents", "supervisors"}


def test_data_outlives_the_stack() -> None:
    """Deleting the stack by mistake loses no conversation, no file and no login."""
    for name in ("Table", "Bucket", "UserPool"):
        assert template()["Resources"][name]["DeletionPolicy"] == "Retain"
    table = resources("AWS::DynamoDB::Table")["Table"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_bucket_is_private() -> None:
    """No setting can make a customer's texts public."""
    bucket = resources("AWS::S3::Bucket")["Bucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_every_function_has_an_alarm_for_its_errors() -> None:
    """A function that fails is not found out by customers."""
    alarms = resources("AWS::CloudWatch::Alarm").values()
    watched = {
        dimension["Value"]["Ref"]
        for alarm in alarms
        if alarm["MetricName"] == "Errors"
        for dimension in alarm["Dimensions"]
    }
    assert watched == set(FUNCTIONS)


@pytest.mark.parametrize("folder", ["functions", "layers/numpy", "layers/tokens"])
def test_functions_run_with_the_versions_that_the_tests_run_with(folder: str) -> None:
    """`make requirements` writes them from uv.lock: what is packed is what is tested."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {(package["name"], package["version"]) for package in lock["package"]}
    lines = (ROOT / folder / "requirements.txt").read_text().split()
    assert lines
    for line in lines:
        pinned = re.fullmatch(r"([\w-]+)==([\w.]+)", line)
        assert pinned, line
        assert pinned.groups() in locked, line


def test_the_sdk_is_not_packed() -> None:
    """boto3 is in the Lambda runtime; packing it would triple the package."""
    names = (ROOT / "functions" / "requirements.txt").read_text()
    assert "boto" not in names
    assert "numpy" not in names
    assert "cryptography" not in names


def test_functions_are_told_what_their_settings_read() -> None:
    """A variable that no setting reads is a slip of the pen, and one that all need is given."""
    known = {
        str(field.validation_alias or name.upper()): field.is_required()
        for name, field in Settings.model_fields.items()
    }
    needed = {name for name, required in known.items() if required}
    of_others = {"OPENBLAS_NUM_THREADS", "PFORTE_BACKEND_URL", "PFORTE_BACKEND_TOKEN_PARAMETER"}
    for name, function in FUNCTIONS.items():
        given = set(function["Environment"]["Variables"]) - of_others
        assert needed <= given <= known.keys(), name


def test_the_model_is_in_the_function_that_classifies_alone() -> None:
    """Vectors, model and numpy are a hundred megabytes, which slow every start that has them."""
    carried = {
        name: {layer["Ref"] for layer in function.get("Layers", ())}
        for name, function in FUNCTIONS.items()
    }
    assert carried.pop("ConverseFunction") == {"NumpyLayer", "ModelLayer", "BotLayer"}
    assert carried.pop("WebchatFunction") == {"TokenLayer"}
    assert set().union(*carried.values()) == {"BotLayer"}
    converse = FUNCTIONS["ConverseFunction"]["Environment"]["Variables"]
    assert converse["OPENBLAS_NUM_THREADS"] == "1"


def _rights(function: str) -> dict[str, Any]:
    """Return the resources by action; a managed policy stands for itself."""
    rights: dict[str, Any] = {}
    for policy in FUNCTIONS[function]["Policies"]:
        for statement in policy.get("Statement", ()):
            rights |= dict.fromkeys(_listed(statement["Action"]), statement["Resource"])
        if "Statement" not in policy:
            rights[policy.get("Ref") or policy["Fn::If"][1]["Ref"]] = None
    return rights


def test_actions_may_read_the_token_of_their_back_end_and_nothing_else() -> None:
    """A bot author's code gets no conversation, no queue and none of the house's secrets."""
    rights = _rights("ActionsFunction")
    [(action, resource)] = rights.items()
    assert action == "ssm:GetParameter"
    name = FUNCTIONS["ActionsFunction"]["Environment"]["Variables"][
        "PFORTE_BACKEND_TOKEN_PARAMETER"
    ]
    assert resource["Fn::Sub"].endswith(f":parameter{name['Fn::Sub']}")
    assert template()["Outputs"]["BackEndTokenParameter"]["Value"] == name


def test_the_back_ends_token_is_hidden_from_all_others() -> None:
    """What reads all secrets of the house below its prefix does not find it there."""
    variables = FUNCTIONS["ActionsFunction"]["Environment"]["Variables"]
    prefix = variables["PARAMETER_PREFIX"]["Fn::Sub"]
    assert not variables["PFORTE_BACKEND_TOKEN_PARAMETER"]["Fn::Sub"].startswith(f"{prefix}/")


def test_converse_alone_may_read_the_token_of_an_action_server() -> None:
    """It stands where neither the house's other functions nor a bot author's code can read it."""
    name = FUNCTIONS["ConverseFunction"]["Environment"]["Variables"][
        "ACTION_SERVER_TOKEN_PARAMETER"
    ]
    may = [
        owner
        for owner, statement in _statements()
        if any(name["Fn::Sub"] in str(each) for each in _listed(statement["Resource"]))
    ]
    assert may == ["ConverseFunction"]
    assert _rights("ConverseFunction")["ssm:GetParameter"]["Fn::Sub"].endswith(
        f":parameter{name['Fn::Sub']}"
    )
    prefix = FUNCTIONS["ConverseFunction"]["Environment"]["Variables"]["PARAMETER_PREFIX"]
    assert not name["Fn::Sub"].startswith(f"{prefix['Fn::Sub']}/")
    assert template()["Outputs"]["ActionServerTokenParameter"]["Value"] == name


def test_converse_alone_runs_actions() -> None:
    """Nothing that the world can reach may do something in the back end."""
    may = {name for name in FUNCTIONS if "lambda:InvokeFunction" in _rights(name)}
    assert may == {"ConverseFunction"}
    converse = FUNCTIONS["ConverseFunction"]
    assert _rights("ConverseFunction")["lambda:InvokeFunction"] == {
        "Fn::GetAtt": "ActionsFunction.Arn"
    }
    assert converse["Environment"]["Variables"]["ACTION_FUNCTION"] == {"Ref": "ActionsFunction"}
    permitted = resources("AWS::Lambda::Permission").values()
    assert {"Ref": "ActionsFunction"} not in [each["FunctionName"] for each in permitted]


def test_converse_has_time_left_after_its_actions() -> None:
    """Whatever they take, the turn is committed; and none is cut off while it is awaited."""
    waits = ACTIONS_LIMIT / 1000
    assert waits <= FUNCTIONS["ConverseFunction"]["Timeout"] / 2
    assert waits < FUNCTIONS["ActionsFunction"]["Timeout"]


def test_the_back_end_is_reached_encrypted() -> None:
    """Customers' data does not travel in the clear; on this machine it may."""
    pattern = re.compile(template()["Parameters"]["BackEndUrl"]["AllowedPattern"])
    for url in (
        "",
        "https://back-end.example",
        "https://back-end.example/api",
        "http://127.0.0.1:80",
    ):
        assert pattern.fullmatch(url), url
    for url in ("http://back-end.example", "https://back-end.example/", "http://127.0.0.1:80/x"):
        assert not pattern.fullmatch(url), url


def test_the_actions_package_leaves_out_only_what_they_never_load() -> None:
    """rasa-sdk's server is not packed: a start finds all that it needs without it."""
    makefile = (ROOT / "bot" / "actions" / "Makefile").read_text()
    [listed] = re.findall(r"^SERVER := (.*?[^\\])$", makefile, re.MULTILINE | re.DOTALL)
    left_out = re.compile("|".join(listed.replace("\\", " ").split()))
    of_packages = packages_distributions()
    names = sorted(
        name
        for name, owners in of_packages.items()
        if name not in ("_distutils_hack", "google") and any(map(left_out.fullmatch, owners))
    )
    assert {"sanic", "grpc", "opentelemetry", "ujson"} <= set(names)
    program = f"""
import sys
sys.path.insert(0, "bot")
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from actions.handler import handler
assert handler({{"path": "/actions"}})["actions"]
assert handler({{"next_action": "nobody's"}})["statusCode"] == 404
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


CONDITIONAL = {
    name: resource.get("Condition", "")
    for name, resource in template()["Resources"].items()
    if name.startswith(("Mail", "Ses", "SendMail", "ReportsMay"))
}


def test_a_house_without_mail_has_nothing_of_it() -> None:
    """Nothing of mail is made, and nothing paid for, unless a domain is named."""
    assert len(CONDITIONAL) > 10
    assert set(CONDITIONAL.values()) == {"HasMail", "HasMailServer"}
    assert template()["Parameters"]["MailDomain"]["Default"] == ""
    assert template()["Conditions"]["HasMail"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "MailDomain"}, ""]}]
    }


def test_a_mail_is_stored_before_it_is_told_of_where_the_function_looks() -> None:
    """SES works off a rule's actions in order, and tells of a mail without its body."""
    rule = resources("AWS::SES::ReceiptRule")["MailRule"]["Rule"]
    store, tell = rule["Actions"]
    assert store["S3Action"] == {"BucketName": {"Ref": "Bucket"}, "ObjectKeyPrefix": STORED}
    assert tell["LambdaAction"]["InvocationType"] == "Event"
    assert tell["LambdaAction"]["FunctionArn"] == {"Fn::GetAtt": "MailFunction.Arn"}
    assert rule["ScanEnabled"] is True
    assert template()["Resources"]["MailRule"]["DependsOn"] == ["MailMayBeStored", "SesMayCallMail"]
    expiring = [
        each["Prefix"]
        for each in resources("AWS::S3::Bucket")["Bucket"]["LifecycleConfiguration"]["Rules"]
        if "Prefix" in each
    ]
    assert any(STORED.startswith(prefix) for prefix in expiring)


def test_ses_may_do_what_it_must_for_this_account_alone() -> None:
    """Another customer of AWS cannot let SES write into our bucket or call our function."""
    [policy] = resources("AWS::S3::BucketPolicy").values()
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    assert statement["Resource"] == {"Fn::Sub": "${Bucket.Arn}/" + STORED + "*"}
    account = {"Ref": "AWS::AccountId"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": account}
    permission = resources("AWS::Lambda::Permission")["SesMayCallMail"]
    assert permission["Principal"] == "ses.amazonaws.com"
    assert permission["SourceAccount"] == account
    [topic] = resources("AWS::SNS::TopicPolicy").values()
    [publish] = topic["PolicyDocument"]["Statement"]
    assert publish["Condition"]["StringEquals"]["aws:SourceAccount"] == account


def test_a_mail_that_cannot_be_taken_is_tried_for_hours() -> None:
    """Lambda gives a call up after three tries; then a queue goes on, and an alarm is its end."""
    settings = resources("AWS::Lambda::EventInvokeConfig")["MailInvocations"]
    failed = settings["DestinationConfig"]["OnFailure"]["Destination"]
    assert failed == {"Fn::GetAtt": "MailRetries.Arn"}
    assert MAPPINGS["MailRetriesToMail"]["FunctionName"] == {"Ref": "MailFunction"}
    retries = QUEUES["MailRetries"]
    assert retries["RedrivePolicy"]["maxReceiveCount"] * retries["VisibilityTimeout"] > 4 * 3600
    watched = [alarm["Dimensions"] for alarm in resources("AWS::CloudWatch::Alarm").values()]
    dead = {"Name": "QueueName", "Value": {"Fn::GetAtt": "MailDeadLetters.QueueName"}}
    assert [dead] in watched


def test_mails_go_out_from_the_house_s_domain_alone() -> None:
    """Deliver sends as nobody else, and nothing else sends mails."""
    policy = resources("AWS::IAM::ManagedPolicy")["SendMailPolicy"]
    [statement] = policy["PolicyDocument"]["Statement"]
    ours = ("${MailDomain}", "configuration-set/${AWS::StackName}")
    assert all(resource["Fn::Sub"].endswith(ours) for resource in statement["Resource"])
    given = {"Fn::If": ["HasMail", {"Ref": "SendMailPolicy"}, {"Ref": "AWS::NoValue"}]}
    senders = {name for name, each in FUNCTIONS.items() if given in each["Policies"]}
    assert senders == {"DeliverFunction"}
    assert resources("AWS::SES::ConfigurationSet")["MailConfiguration"]["Name"] == {
        "Ref": "AWS::StackName"
    }
