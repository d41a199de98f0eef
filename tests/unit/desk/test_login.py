"""Signing in: the pool decides, the desk passes on, and nothing of it is told to strangers."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from aws.login import Login, NewPasswordRequired, Tokens
from conversation.errors import Malformed, Unauthorized, Unavailable
from tests.unit.desk.scenes import House

RESULT = {"AuthenticationResult": {"IdToken": "i", "RefreshToken": "r", "ExpiresIn": 3600}}


def _ask(body: object) -> Any:
    return House().ask("POST", "/desk/login", body, claims=None)


def test_a_password_gives_tokens() -> None:
    """Who knows the password gets in; the answer is stored nowhere."""
    answer = _ask({"email": "a@b.de", "password": "open sesame"})
    assert answer.status == 200
    assert answer.json == {"token": "token of a@b.de", "refresh": "refresh", "expires_in": 3600}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_password_gives_none() -> None:
    """A wrong password and an unknown address are told alike."""
    answer = _ask({"email": "a@b.de", "password": "guess"})
    assert answer.status == 401
    assert answer.json["detail"] == "E-mail or password is wrong."


def test_a_given_password_is_replaced_first() -> None:
    """A password that an administrator gave lets nobody in before it is one's own."""
    first = _ask({"email": "a@b.de", "password": "first"}).json
    assert first == {"new_password_required": True, "session": "one-session"}
    body = {"email": "a@b.de", "session": first["session"], "new_password": "my own, long"}
    assert _ask(body).json["token"] == "token of a@b.de"


def test_a_session_goes_on_with_its_refresh_token() -> None:
    """Agents type their password once a day."""
    assert _ask({"refresh": "refresh"}).json["refresh"] == ""
    assert _ask({"refresh": "stolen"}).status == 401


@pytest.mark.parametrize("body", [{}, {"email": "a@b.de"}, {"new_password": "x"}, {"admin": True}])
def test_half_a_login_is_malformed(body: object) -> None:
    """What is neither is a clear 400."""
    assert _ask(body).status == 400


@pytest.fixture
def pool() -> Any:
    """Return a stubbed client of the user pool, and the login that uses it."""
    client = boto3.client(
        "cognito-idp",
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    with Stubber(client) as stub:
        yield stub, Login(client, "client-1")
        stub.assert_no_pending_responses()


def test_the_pool_is_asked_for_each_step(pool: Any) -> None:
    """Each step is one call of the pool with the desk's client."""
    stub, login = pool
    parameters = {"USERNAME": "a@b.de", "PASSWORD": "p"}
    ask = {"ClientId": "client-1", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    stub.add_response("initiate_auth", RESULT, ask)
    assert login.sign_in("a@b.de", "p") == Tokens(id="i", refresh="r", expires_in=3600)
    challenge = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s" * 20}
    stub.add_response("initiate_auth", challenge, ask)
    assert login.sign_in("a@b.de", "p") == NewPasswordRequired(session="s" * 20)
    stub.add_response("respond_to_auth_challenge", RESULT)
    assert login.replace_password("a@b.de", "s" * 20, "new").id == "i"
    stub.add_response("initiate_auth", {"AuthenticationResult": {"IdToken": "i2"}})
    assert login.refresh("r") == Tokens(id="i2", refresh="", expires_in=3600)


def test_a_challenge_that_we_do_not_know_lets_nobody_in(pool: Any) -> None:
    """A step such as a second factor is no token."""
    stub, login = pool
    stub.add_response("initiate_auth", {"ChallengeName": "SMS_MFA", "Session": "s" * 20})
    with pytest.raises(Unauthorized):
        login.sign_in("a@b.de", "p")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("NotAuthorizedException", Unauthorized),
        ("UserNotFoundException", Unauthorized),
        ("InvalidPasswordException", Malformed),
        ("InvalidParameterException", Malformed),
        ("TooManyRequestsException", Unavailable),
        ("InternalErrorException", Unavailable),
    ],
)
def test_what_the_pool_refuses_is_told_by_kind(
    pool: Any, code: str, error: type[Exception]
) -> None:
    """A wrong password is the caller's, a throttled pool is ours: try again."""
    stub, login = pool
    stub.add_client_error("initiate_auth", code)
    with pytest.raises(error):
        login.sign_in("a@b.de", "p")
