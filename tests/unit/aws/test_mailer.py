"""SES through AWS's own client: what it answers, and what is certain where it does not."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

from aws.mailer import Answer, NotReached, SesMailer
from conversation.errors import Unavailable

OURS, THEIRS, RAW = "service@stadtwerke.example", "erika@example.com", b"From: x\r\n\r\nHallo"
ASKED = {
    "FromEmailAddress": OURS,
    "Destination": {"ToAddresses": [THEIRS]},
    "Content": {"Raw": {"Data": RAW}},
}


def client() -> Any:
    return botocore.session.get_session().create_client(
        "sesv2",
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.mark.parametrize(
    ("configuration", "more"), [("", {}), ("pforte", {"ConfigurationSetName": "pforte"})]
)
def test_a_mail_goes_out_as_it_is(configuration: str, more: dict[str, str]) -> None:
    """SES gets the bytes, both addresses, and the set by which it reports what became of it."""
    ses = client()
    with Stubber(ses) as stub:
        stub.add_response("send_email", {"MessageId": "0107-1"}, {**ASKED, **more})
        assert SesMailer(ses, configuration).send(RAW, OURS, THEIRS) == Answer(200, "0107-1")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("TooManyRequestsException", 429),
        ("MessageRejected", 400),
        ("AccountSuspendedException", 400),
        ("InternalFailure", 500),
    ],
)
def test_what_ses_says_is_an_answer(error: str, status: int) -> None:
    """Refusals and trouble are told by name, for the channel to judge."""
    ses = client()
    with Stubber(ses) as stub:
        stub.add_client_error("send_email", error, "No.", http_status_code=status)
        told = SesMailer(ses).send(RAW, OURS, THEIRS)
    assert told == Answer(status, "", error, "No.")


class Broken:
    """A client whose line breaks."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send_email(self, **_: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="x"), ConnectTimeoutError(endpoint_url="x")],
)
def test_no_connection_means_that_nothing_was_sent(error: Exception) -> None:
    """Before the connection stands, no byte of a mail is out."""
    with pytest.raises(NotReached):
        SesMailer(Broken(error)).send(RAW, OURS, THEIRS)


@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="x"), ConnectionClosedError(endpoint_url="x")]
)
def test_a_broken_connection_leaves_the_outcome_unknown(error: Exception) -> None:
    """Once it stood, SES may have taken the mail."""
    with pytest.raises(Unavailable) as caught:
        SesMailer(Broken(error)).send(RAW, OURS, THEIRS)
    assert not isinstance(caught.value, NotReached)
