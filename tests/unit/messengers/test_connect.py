"""`pforte connect` checks secrets with the messenger and stores them where the house looks."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from aws.vault import SsmVault
from pforte.cli import main
from pforte.house.house import House, remember
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import Phone, StubHouse

pytestmark = pytest.mark.enable_socket

PREFIX = "/pforte/test"
REGION = "eu-central-1"


@pytest.fixture
def vault(
    messengers: Messengers, house: StubHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SsmVault]:
    """Let the command find a running house, and read what that house would read."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path))
    base = f"http://127.0.0.1:{messengers.port}"
    outputs = {"ParameterPrefix": PREFIX}
    remember(House("pforte", house.url, outputs, messengers=base, state=str(tmp_path)))
    with mock_aws():
        client = boto3.client("ssm", region_name=REGION)
        clock = iter(range(0, 10**12, 10**6))  # every look is a new one
        yield SsmVault(client, PREFIX, lambda: next(clock))


def give(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(given)))


def connect(channel: str, *more: str) -> int:
    return main(["connect", channel, "--secrets", "-", "--json", *more])


def test_whatsapp(
    messengers: Messengers,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A number that Meta knows is stored, and what Meta must be told is printed."""
    account = messengers.whatsapp.account
    give(monkeypatch, access_token=account.access_token, app_secret=account.app_secret)
    assert connect("whatsapp", "--account", account.account) == 0
    printed = capsys.readouterr().out
    told = json.loads(printed)
    stored = vault.account("whatsapp", account.account)
    assert stored == {
        "access_token": account.access_token,
        "app_secret": account.app_secret,
        "verify_token": told["verify_token"],
        "public_name": account.number,
    }
    assert told["callback_url"].endswith(f"/webhooks/whatsapp/{account.account}")
    assert "Stadtwerke Musterstadt" in told["name"]
    assert account.access_token not in printed
    assert account.app_secret not in printed


@pytest.mark.parametrize("wrong", ["access_token", "app_secret"])
def test_whatsapp_wrong_secret(
    messengers: Messengers,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: str,
) -> None:
    """A token or app secret that Meta does not know is refused, and nothing is stored."""
    account = messengers.whatsapp.account
    right = {"access_token": account.access_token, "app_secret": account.app_secret}
    give(monkeypatch, **{**right, wrong: "something-else"})
    assert connect("whatsapp", "--account", account.account) == 1
    assert "WhatsApp says no" in capsys.readouterr().err
    assert vault.accounts() == []


@pytest.mark.parametrize(
    ("channel", "more"),
    [
        ("messenger", {}),
        ("instagram", {}),
        ("instagram", {"graph_host": "graph.facebook.com"}),
    ],
)
def test_messenger_and_instagram(
    messengers: Messengers,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    channel: str,
    more: dict[str, str],
) -> None:
    """The token tells whose account it is; Instagram's login decides where calls will go."""
    account = getattr(messengers, channel).account
    secrets = {"access_token": account.access_token, "app_secret": account.app_secret}
    give(monkeypatch, **secrets, **more)
    assert connect(channel) == 0
    printed = capsys.readouterr().out
    told = json.loads(printed)
    hosts = {"graph_host": "graph.instagram.com"} if channel == "instagram" else {}
    stored = vault.account(channel, account.account)
    if channel == "instagram":
        hosts["public_name"] = "stadtwerke_musterstadt"
    assert stored == {**secrets, **hosts, **more, "verify_token": told["verify_token"]}
    assert told["callback_url"].endswith(f"/webhooks/{channel}/{account.account}")
    assert account.access_token not in printed
    assert account.app_secret not in printed


@pytest.mark.parametrize(
    ("channel", "wrong", "more", "said"),
    [
        ("messenger", "access_token", {}, "Messenger says no"),
        ("messenger", "app_secret", {}, "Messenger says no"),
        ("instagram", "access_token", {}, "Instagram says no"),
        ("instagram", "app_secret", {"graph_host": "graph.facebook.com"}, "Instagram says no"),
        ("instagram", "", {"graph_host": "graph.example.com"}, "graph_host is"),
    ],
)
def test_messenger_and_instagram_wrong_secrets(
    messengers: Messengers,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    channel: str,
    wrong: str,
    more: dict[str, str],
    said: str,
) -> None:
    """What Meta does not know, and a host that is not Meta's, is refused and not stored."""
    account = getattr(messengers, channel).account
    given = {"access_token": account.access_token, "app_secret": account.app_secret, **more}
    if wrong:
        given[wrong] = "something-else"
    give(monkeypatch, **given)
    assert connect(channel) in {1, 2}
    assert said in capsys.readouterr().err
    assert vault.accounts() == []


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_another_account_s_token(
    messengers: Messengers,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    channel: str,
) -> None:
    """A token is not stored for an account that it does not speak for."""
    account = getattr(messengers, channel).account
    give(monkeypatch, access_token=account.access_token, app_secret=account.app_secret)
    assert connect(channel, "--account", "4711") == 2
    assert f"speaks for {account.account}, not for 4711" in capsys.readouterr().err
    assert vault.accounts() == []


def test_telegram(
    messengers: Messengers,
    house: StubHouse,
    phone: Phone,
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bot is asked for its name, stored, and its updates come with the stored secret."""
    token = messengers.telegram.account.access_token
    give(monkeypatch, access_token=token)
    assert connect("telegram") == 0
    stored = vault.account("telegram", "musterstadt_bot")
    assert stored is not None
    assert stored["access_token"] == token
    assert stored["public_name"] == "musterstadt_bot"
    phone.does("telegram", "7000000001", text="hallo")
    [(_, request)] = house.wait_for(1)
    header = request.headers["x-telegram-bot-api-secret-token"]
    assert header == stored["secret_token"]


def test_again_keeps_what_messengers_know(
    messengers: Messengers, vault: SsmVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connecting again changes no token that a messenger already has from us."""
    known: list[dict[str, str] | None] = []
    for _ in range(2):
        give(monkeypatch, access_token=messengers.telegram.account.access_token)
        assert connect("telegram") == 0
        known.append(vault.account("telegram", "musterstadt_bot"))
    assert known[0] == known[1]


def test_secrets_from_the_environment(
    messengers: Messengers, vault: SsmVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets are taken from the environment where no file is named."""
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", messengers.telegram.account.access_token)
    assert main(["connect", "telegram", "--account", "our_bot"]) == 0
    assert vault.accounts() == [("telegram", "our_bot")]


@pytest.mark.parametrize(
    ("channel", "given", "said"),
    [
        ("telegram", {"access_token": "no token"}, "BotFather"),
        ("telegram", {}, "access token is missing"),
        ("whatsapp", {"access_token": "x", "app_secret": "y"}, "phone number id"),
        ("whatsapp", {"access_token": 1}, "no JSON object of texts"),
    ],
)
def test_called_wrongly(
    vault: SsmVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    channel: str,
    given: dict[str, Any],
    said: str,
) -> None:
    """What is missing or cannot be is a wrong call, told in one line."""
    give(monkeypatch, **given)
    assert connect(channel) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_wrong_bot_token_is_not_told(
    vault: SsmVault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A token that Telegram does not know is refused without being printed."""
    token = "123456789:" + "a" * 35
    give(monkeypatch, access_token=token)
    assert connect("telegram") == 1
    told = capsys.readouterr().err
    assert "Telegram says no: Unauthorized (401)" in told
    assert token not in told
