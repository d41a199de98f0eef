"""Show how secrets are read, kept, and made."""

import json
from base64 import b64decode
from typing import Any

import pytest
from botocore.stub import Stubber

from aws.clients import client
from aws.vault import SsmVault, account_parameter
from conversation.errors import Unavailable
from tests.unit.aws.conftest import Clock

PREFIX = "/pforte/test"


@pytest.fixture
def ssm(aws: None) -> Any:
    """Return a client of an empty parameter store."""
    return client("ssm")


@pytest.fixture
def vault(ssm: Any, clock: Clock) -> SsmVault:
    """Return an empty vault."""
    return SsmVault(ssm, PREFIX, clock)


def connect(ssm: Any, channel: str, account: str, **secrets: str) -> None:
    """Connect an account as the command does."""
    ssm.put_parameter(
        Name=account_parameter(PREFIX, channel, account),
        Value=json.dumps(secrets),
        Type="SecureString",
        Overwrite=True,
    )


def test_identity_key_is_made_once(ssm: Any, vault: SsmVault, clock: Clock) -> None:
    """All functions have the same key, made at first use: ids never change."""
    key = vault.identity_key()
    assert len(key) == 32
    assert SsmVault(ssm, PREFIX, clock).identity_key() == key
    assert vault.identity_key() == key
    stored = ssm.get_parameter(Name=f"{PREFIX}/identity-key", WithDecryption=True)["Parameter"]
    assert stored["Type"] == "SecureString"
    assert b64decode(stored["Value"]) == key


def test_function_that_is_second_takes_the_first_key(ssm: Any, clock: Clock) -> None:
    """Of two functions that start at once, one makes the key, and both use that one."""
    late = SsmVault(ssm, PREFIX, clock)
    late.accounts()
    first = SsmVault(ssm, PREFIX, clock).identity_key()
    assert late.identity_key() == first


def test_account_has_its_secrets_over_all_pages(ssm: Any, vault: SsmVault) -> None:
    """Every connected account is found, however many there are; no other is."""
    for n in range(25):
        connect(ssm, "whatsapp", str(n), access_token=f"t{n}")
    connect(ssm, "telegram", "bot", access_token="t")
    vault.identity_key()
    assert vault.account("whatsapp", "24") == {"access_token": "t24"}
    assert vault.account("whatsapp", "25") is None
    assert len(vault.accounts()) == 26
    assert ("telegram", "bot") in vault.accounts()


def test_values_are_kept_for_minutes(ssm: Any, vault: SsmVault, clock: Clock) -> None:
    """The parameter store is asked once in five minutes, and then has the last word."""
    connect(ssm, "telegram", "bot", access_token="old")
    vault.account("telegram", "bot")
    connect(ssm, "telegram", "bot", access_token="new")
    clock.now += 299_999
    assert vault.account("telegram", "bot") == {"access_token": "old"}
    clock.now += 1
    assert vault.account("telegram", "bot") == {"access_token": "new"}


def test_account_that_was_just_connected_is_found_soon(
    ssm: Any, vault: SsmVault, clock: Clock
) -> None:
    """The first call after `pforte connect` is not turned away for minutes."""
    assert vault.account("telegram", "bot") is None
    connect(ssm, "telegram", "bot", access_token="t")
    clock.now += 9_999
    assert vault.account("telegram", "bot") is None
    clock.now += 1
    assert vault.account("telegram", "bot") == {"access_token": "t"}


def test_old_values_serve_while_the_store_is_out(ssm: Any, vault: SsmVault, clock: Clock) -> None:
    """An outage of the parameter store does not close the door."""
    connect(ssm, "telegram", "bot", access_token="t")
    vault.account("telegram", "bot")
    clock.now += 300_000
    with Stubber(ssm) as stubber:
        stubber.add_client_error("get_parameters_by_path", "ThrottlingException")
        assert vault.account("telegram", "bot") == {"access_token": "t"}


def test_vault_that_never_was_read_is_unavailable(ssm: Any, vault: SsmVault) -> None:
    """Without any value, an outage is said, and no account is taken for unknown."""
    with Stubber(ssm) as stubber:
        stubber.add_client_error("get_parameters_by_path", "ThrottlingException")
        with pytest.raises(Unavailable):
            vault.account("telegram", "bot")
