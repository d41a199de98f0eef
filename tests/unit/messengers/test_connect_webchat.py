"""`pforte connect webchat` stores the company's public keys so that the house can use them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from moto import mock_aws

from aws.vault import SsmVault
from pforte.cli import main
from pforte.connect_webchat import SECRET_VARIABLE
from pforte.house.house import House, remember
from tests.unit.webchat.company import (
    AUDIENCE,
    ED25519,
    ISSUER,
    KEYS,
    P256,
    RSA,
    SECRET,
    claims,
    token,
)
from tests.unit.webchat.house import NOW
from webchat.company import Company
from webchat.signed import customer_of

PREFIX, REGION = "/pforte/test", "eu-central-1"
PRIVATE: dict[str, Any] = {"RS256": RSA, "ES256": P256, "EdDSA": ED25519}


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SsmVault]:
    """Let the command find a running house, and read what that house would read."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path))
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    remember(
        House("pforte", "http://127.0.0.1:1", {"ParameterPrefix": PREFIX}, state=str(tmp_path))
    )
    with mock_aws():
        client = boto3.client("ssm", region_name=REGION)
        clock = iter(range(0, 10**12, 10**6))
        yield SsmVault(client, PREFIX, lambda: next(clock))


def _connect(*more: str) -> int:
    return main(["connect", "webchat", "--issuer", ISSUER, "--audience", AUDIENCE, *more])


def _stored(vault: SsmVault) -> Company:
    return Company.model_validate(vault.account("webchat", "web"))


@pytest.mark.parametrize("algorithm", sorted(PRIVATE))
def test_a_public_key_in_pem(algorithm: str, vault: SsmVault, tmp_path: Path) -> None:
    """What every tool writes as PUBLIC KEY is taken, and tokens of its other half are believed."""
    key = PRIVATE[algorithm].public_key()
    (tmp_path / "key.pem").write_bytes(
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert _connect("--keys", str(tmp_path / "key.pem")) == 0
    said = token(claims(customer_number="4711023"), algorithm)
    assert customer_of(said, _stored(vault), NOW).signed_in.claims == {"customer_number": "4711023"}


def test_a_key_set_and_a_shared_secret_together(
    vault: SsmVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While one way of signing follows another both are taken; the secret is never shown."""
    keys = [KEYS["RS256"], KEYS["ES256"]]
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": keys}))
    monkeypatch.setenv(SECRET_VARIABLE, SECRET.decode())
    assert _connect("--keys", str(tmp_path / "jwks.json"), "--claims", "a, b", "--json") == 0
    printed = capsys.readouterr().out
    assert [key["alg"] for key in json.loads(printed)["keys"]] == ["RS256", "ES256", "HS256"]
    assert SECRET.decode() not in printed
    assert KEYS["HS256"]["k"] not in printed
    company = _stored(vault)
    assert company.claims == "a b"
    for algorithm in ("RS256", "ES256", "HS256"):
        assert customer_of(token(claims(), algorithm), company, NOW).subject == "c-17"


def _private(tmp_path: Path) -> str:
    path = tmp_path / "private.pem"
    path.write_bytes(P256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(path)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"keys": []}', '{"kty": "EC", "d": "AQ"}'])
def test_what_is_no_public_key_is_not_stored(
    content: str, vault: SsmVault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is half connected; private keys are refused before they leave this machine."""
    (tmp_path / "keys").write_text(content)
    for file in (str(tmp_path / "keys"), _private(tmp_path)):
        assert _connect("--keys", file) == 2
    assert "BEGIN" not in capsys.readouterr().out
    assert vault.account("webchat", "web") is None


def test_a_short_secret_is_refused(vault: SsmVault, monkeypatch: pytest.MonkeyPatch) -> None:
    """31 bytes could be guessed."""
    monkeypatch.setenv(SECRET_VARIABLE, "x" * 31)
    assert _connect() == 2
    assert vault.account("webchat", "web") is None
