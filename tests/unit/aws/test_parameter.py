"""Show how a secret that stands by itself is read."""

import pytest
from botocore.stub import Stubber

from aws.clients import client
from aws.parameter import read_parameter
from conversation.errors import Unavailable

NAME = "/pforte-actions/test/action-server-token"


def test_a_stored_secret_is_read(aws: None) -> None:
    """The line's end of the file that it was stored from is no part of it."""
    ssm = client("ssm")
    ssm.put_parameter(Name=NAME, Value="s3cret\n", Type="SecureString")
    assert read_parameter(ssm, NAME) == "s3cret"


def test_what_nobody_stored_is_nothing(aws: None) -> None:
    """A house without such a secret works without."""
    assert read_parameter(client("ssm"), NAME) == ""


def test_an_outage_is_none_of_both(aws: None) -> None:
    """While it cannot be read, nobody goes on without it."""
    ssm = client("ssm")
    with Stubber(ssm) as stubber:
        stubber.add_client_error("get_parameter", "ThrottlingException", http_status_code=400)
        with pytest.raises(Unavailable):
            read_parameter(ssm, NAME)


def test_who_may_not_read_it_hears_of_it(aws: None) -> None:
    """A missing right is not taken for a missing secret."""
    ssm = client("ssm")
    with Stubber(ssm) as stubber:
        stubber.add_client_error("get_parameter", "AccessDeniedException", http_status_code=400)
        with pytest.raises(ssm.exceptions.ClientError):
            read_parameter(ssm, NAME)
