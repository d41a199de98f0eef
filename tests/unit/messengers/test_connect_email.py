"""`pforte connect email`: an address, its domain at SES, and what the DNS must say."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pforte.cli import main
from pforte.connect_email import connect
from pforte.failure import Failure
from pforte.house.house import House

OUTPUTS = {
    "ParameterPrefix": "/pforte/test",
    "MailDomain": "stadtwerke.example",
    "MailRuleSet": "test-mail",
}
OURS = "service@stadtwerke.example"
TOKENS = ["t1", "t2", "t3"]


class Aws:
    """SES and the parameter store, as much as is asked of them."""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(region_name="eu-central-1")
        self.known = False
        self.active = ""
        self.production = True
        self.parameters: dict[str, dict[str, str]] = {}

    def get_email_identity(self, EmailIdentity: str) -> Mapping[str, Any]:  # noqa: N803  AWS's
        assert EmailIdentity == "stadtwerke.example"
        if not self.known:
            raise ClientError({"Error": {"Code": "NotFoundException"}}, "GetEmailIdentity")
        return {"VerifiedForSendingStatus": True, "DkimAttributes": {"Tokens": TOKENS}}

    def create_email_identity(self, EmailIdentity: str) -> Mapping[str, Any]:  # noqa: N803  AWS's
        assert EmailIdentity == "stadtwerke.example"
        return {"VerifiedForSendingStatus": False, "DkimAttributes": {"Tokens": TOKENS}}

    def describe_active_receipt_rule_set(self) -> Mapping[str, Any]:
        return {"Metadata": {"Name": self.active}} if self.active else {}

    def set_active_receipt_rule_set(self, RuleSetName: str) -> None:  # noqa: N803  AWS's
        self.active = RuleSetName

    def get_account(self) -> Mapping[str, Any]:
        return {"ProductionAccessEnabled": self.production}

    def put_parameter(self, **given: Any) -> None:
        self.parameters[given["Name"]] = json.loads(given["Value"])


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    monkeypatch.setattr(House, "client", lambda _self, _service: aws)
    return aws


def house(**outputs: str) -> House:
    return House("test", "https://house.example", outputs or OUTPUTS)


def test_a_new_domain_is_made_known_and_its_records_are_told(aws: Aws) -> None:
    """Three names for DKIM, where mails go, and what others are to do with forged ones."""
    mailbox = connect(house(), " Service@Stadtwerke.example", "Stadtwerke")
    assert not mailbox.verified
    assert [(each.name, each.type, each.value) for each in mailbox.records] == [
        *(
            (f"{token}._domainkey.stadtwerke.example", "CNAME", f"{token}.dkim.amazonses.com")
            for token in TOKENS
        ),
        ("stadtwerke.example", "MX", "10 inbound-smtp.eu-central-1.amazonaws.com"),
        ("_dmarc.stadtwerke.example", "TXT", "v=DMARC1; p=quarantine"),
    ]
    assert aws.active == "test-mail"
    assert aws.parameters == {f"/pforte/test/accounts/email/{OURS}": {"sender_name": "Stadtwerke"}}
    assert mailbox.todo == ()


def test_rules_of_others_are_left_alone(aws: Aws) -> None:
    """SES follows one set of rules: whoever receives by another one is not cut off."""
    aws.known, aws.active, aws.production = True, "of-others", False
    mailbox = connect(house(), OURS, "")
    assert aws.active == "of-others"
    assert mailbox.verified
    assert [("of-others" in told, "sandbox" in told) for told in mailbox.todo] == [
        (True, False),
        (False, True),
    ]


def test_a_long_address_is_warned_of(aws: Aws) -> None:
    """Its answers cannot carry a tag."""
    [told] = connect(house(), "kundenservice-rechnungen@stadtwerke.example", "").todo
    assert "tag" in told
    assert aws.parameters


@pytest.mark.parametrize(
    ("account", "outputs"),
    [
        ("service", OUTPUTS),
        ("service+tag@stadtwerke.example", OUTPUTS),
        ("service@elsewhere.example", OUTPUTS),
        (OURS, {"ParameterPrefix": "/pforte/test"}),
    ],
)
def test_what_cannot_work_is_not_stored(aws: Aws, account: str, outputs: dict[str, str]) -> None:
    """No address, one with a tag, another domain, a house without mail: each is said."""
    with pytest.raises(Failure):
        connect(house(**outputs), account, "")
    assert aws.parameters == {}


def test_the_command_says_what_is_left_to_do(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """People read the records line by line, programs as JSON."""
    monkeypatch.setattr("pforte.connect_email.find_house", lambda _: house())
    assert main(["connect", "email", "--account", OURS, "--name", "Stadtwerke"]) == 0
    told = capsys.readouterr().out
    assert f"email is connected: Stadtwerke <{OURS}>" in told
    assert "stadtwerke.example  MX  10 inbound-smtp.eu-central-1.amazonaws.com" in told
    assert main(["connect", "email", "--account", OURS, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["account"] == OURS
    assert aws.active == "test-mail"
