"""Who gets in at the desk of a whole house: the gateway verifies tokens, the desk the group."""

from typing import Any

import pytest

from pforte.house.house import House
from pforte.house.people import People
from tests.way import call, eventually

PASSWORD = "Quite-long-4-a-test"


def _status(house: House, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return call("GET", f"{house.url}/desk/api/overview", headers=headers).status_code


def _tokens(house: House, client_id: str, email: str) -> dict[str, Any]:
    answer: dict[str, Any] = house.client("cognito-idp").initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return answer


def _user(house: House, pool: str, email: str, *groups: str) -> None:
    cognito = house.client("cognito-idp")
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=email,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=True
    )
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=group)


def test_a_login_without_a_group_opens_nothing(house: House) -> None:
    """A valid token of the pool whose owner is in no group of ours is answered 403."""
    outputs = house.outputs
    _user(house, outputs["UserPoolId"], "nobody@musterstadt.example")
    tokens = _tokens(house, outputs["UserPoolClientId"], "nobody@musterstadt.example")
    assert _status(house, tokens["IdToken"]) == 403
    assert _status(house, tokens["AccessToken"]) == 403


def test_a_token_of_another_pool_opens_nothing(house: House) -> None:
    """The same name and groups in a pool of somebody else, or for another client, are nothing."""
    cognito = house.client("cognito-idp")
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    foreign = cognito.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    cognito.create_group(GroupName="agents", UserPoolId=foreign)
    client = cognito.create_user_pool_client(
        UserPoolId=foreign, ClientName="desk", ExplicitAuthFlows=flows
    )["UserPoolClient"]["ClientId"]
    _user(house, foreign, "anna@musterstadt.example", "agents")
    assert _status(house, _tokens(house, client, "anna@musterstadt.example")["IdToken"]) == 401

    ours = house.outputs["UserPoolId"]
    other = cognito.create_user_pool_client(
        UserPoolId=ours, ClientName="another", ExplicitAuthFlows=flows
    )["UserPoolClient"]["ClientId"]
    _user(house, ours, "guest@musterstadt.example", "agents")
    assert _status(house, _tokens(house, other, "guest@musterstadt.example")["IdToken"]) == 401


@pytest.fixture
def short_lived(house: House) -> Any:
    """Let the desk's tokens live for a second."""
    cognito, outputs = house.client("cognito-idp"), house.outputs
    which = {"UserPoolId": outputs["UserPoolId"], "ClientId": outputs["UserPoolClientId"]}
    client = cognito.describe_user_pool_client(**which)["UserPoolClient"]
    kept = {
        name: client[name]
        for name in ("ClientName", "ExplicitAuthFlows", "RefreshTokenValidity")
        if name in client
    }
    units = {"AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "hours"}
    cognito.update_user_pool_client(
        **which, **kept, IdTokenValidity=1, AccessTokenValidity=1, TokenValidityUnits=units
    )
    yield
    cognito.update_user_pool_client(
        **which,
        **kept,
        IdTokenValidity=client["IdTokenValidity"],
        AccessTokenValidity=client["AccessTokenValidity"],
        TokenValidityUnits=client["TokenValidityUnits"],
    )


@pytest.mark.usefixtures("short_lived")
def test_an_expired_token_opens_nothing(house: House) -> None:
    """A token that let somebody in a second ago lets nobody in when its time is over."""
    email = "brief@musterstadt.example"
    People(house).add(email, password=PASSWORD)
    tokens = _tokens(house, house.outputs["UserPoolClientId"], email)
    assert tokens["ExpiresIn"] == 1
    eventually(
        lambda: _status(house, tokens["IdToken"]), lambda status: status == 401, "its time is over"
    )
