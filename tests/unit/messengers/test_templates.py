"""Templates on the simulated WhatsApp, and the command that compares them with the bot's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from channels.registry import CHANNELS
from conversation.message import Content, Message
from conversation.template import Template, fill
from pforte.cli import main
from pforte.house.house import House, remember
from pforte.messengers.approved import Approved
from pforte.messengers.server import Messengers
from pforte.templates import compared, templates_of
from tests.templates import ROOT
from tests.unit.messengers.conftest import Clock, Phone, StubHouse

pytestmark = pytest.mark.enable_socket

WHATSAPP = CHANNELS["whatsapp"]
USER = "4917604069001"
DAY_MS = 24 * 3_600_000
PREFIX = "/pforte/test"
READY = Template.model_validate(
    {
        "name": "answer_ready",
        "language": "de",
        "header": "Stadtwerke",
        "body": "Guten Tag {{1}}, es gibt Neues.",
        "parameters": [{"de": "Name", "en": "Name"}],
        "buttons": ["Lesen"],
    }
)


@pytest.fixture(autouse=True)
def approved(messengers: Messengers) -> Approved:
    """Let Meta have approved one template."""
    messengers.whatsapp.approved = Approved([READY])
    return messengers.whatsapp.approved


def _call(**more: Any) -> dict[str, Any]:
    """Return what the house sends for the template, as its own module renders it."""
    text, filled = fill(READY, ["Erika"])
    content = Content(text=text, template=filled.model_copy(update=more))
    message = Message(id="c.1.00", author="agent", address=None, content=content, sent_at=0)
    [call] = WHATSAPP.render(message, "1", USER)
    return json.loads(json.dumps(dict(call.json)))  # type: ignore[no-any-return]  # as it is sent


def test_a_template_gets_through_a_closed_window(
    whatsapp_api: httpx.Client, house: StubHouse, phone: Phone, clock: Clock
) -> None:
    """Days later the phone shows the text; a tap on its button is a template's quick reply."""
    phone.does("whatsapp", USER, text="hallo")
    clock.now += 3 * DAY_MS
    assert whatsapp_api.post("messages", json=_call()).status_code == 200
    shown = phone.shows("whatsapp", USER, lambda found: found[-1]["side"] == "house")[-1]
    assert shown["text"] == "Stadtwerke\n\nGuten Tag Erika, es gibt Neues."
    phone.does("whatsapp", USER, button="Lesen")
    tap = house.messages(2)[-1]
    assert tap.content
    assert tap.content.text == "Lesen"
    assert whatsapp_api.post("messages", json=_call()).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "unknown"}, 132001),
        ({"language": "en"}, 132001),
        ({"parameters": ()}, 132000),
        ({"parameters": ("Erika", "SM-1")}, 132000),
        ({"parameters": ("Erika\nMuster",)}, 132018),
    ],
)
def test_what_meta_would_refuse_is_refused(
    whatsapp_api: httpx.Client, phone: Phone, wrong: dict[str, Any], code: int
) -> None:
    """A template that is not there, or filled wrongly, is an error with Meta's code."""
    phone.does("whatsapp", USER, text="hallo")
    answer = whatsapp_api.post("messages", json=_call(**wrong))
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)]
)
def test_a_paused_template_is_refused(
    whatsapp_api: httpx.Client, phone: Phone, status: str, code: int
) -> None:
    """Told to, the simulated Meta pauses a template, and takes it again when it is approved."""
    phone.does("whatsapp", USER, text="hallo")
    change = {"name": "answer_ready", "language": "de", "status": status}
    assert phone.http.post("/control/templates", json=change).status_code == 200
    assert whatsapp_api.post("messages", json=_call()).json()["error"]["code"] == code
    phone.http.post("/control/templates", json={**change, "status": "APPROVED"})
    assert whatsapp_api.post("messages", json=_call()).status_code == 200


@pytest.fixture
def bot(messengers: Messengers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let the command find a running house with a connected number, and a bot's folder."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path))
    base = f"http://127.0.0.1:{messengers.port}"
    known = House("pforte", base, {"ParameterPrefix": PREFIX}, messengers=base, state=str(tmp_path))
    remember(known)
    (tmp_path / "pforte.yml").write_text(
        json.dumps({"templates": [READY.model_dump(mode="json")]}, ensure_ascii=False)
    )
    with mock_aws():
        boto3.client("ssm", region_name="eu-central-1")
        account = messengers.whatsapp.account
        known.connect("whatsapp", account.account, account.secrets())
        yield tmp_path


def _told(bot: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    status = main(["templates", "whatsapp", "--bot", str(bot), "--json", *more])
    return status, json.loads(capsys.readouterr().out)


def test_the_command_says_which_are_approved(bot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All is well: status 0, and Meta's word for each."""
    status, [line] = _told(bot, capsys)
    assert status == 0
    assert (line["name"], line["language"], line["status"]) == ("answer_ready", "de", "APPROVED")
    assert main(["templates", "whatsapp", "--bot", str(bot)]) == 0
    assert capsys.readouterr().out == "answer_ready de  utility  APPROVED\n"


def test_the_command_finds_what_cannot_be_sent(
    bot: Path, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    """A paused template is status 1, with what to do; the token is nowhere."""
    change = {"name": "answer_ready", "language": "de", "status": "PAUSED"}
    phone.http.post("/control/templates", json=change)
    status, [line] = _told(bot, capsys)
    assert (status, line["status"]) == (1, "PAUSED")
    assert "WhatsApp Manager" in line["wrong"]


def test_another_business_account_is_a_clear_no(
    bot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What Meta refuses is told in one line."""
    assert main(["templates", "whatsapp", "--bot", str(bot), "--business", "4711"]) == 1
    assert "Meta says no" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, ""),
        ({"status": "PENDING"}, "cannot be sent"),
        ({"category": "MARKETING"}, "another category"),
        ({"components": [{"type": "BODY", "text": "Hallo."}]}, "another header and another body"),
        (None, "does not have it"),
    ],
)
def test_both_sides_must_be_the_same(change: dict[str, Any] | None, wrong: str) -> None:
    """What agents see before they send is what Meta approved, word for word."""
    known = Approved([READY]).listing()["data"] if change is not None else []
    [line] = compared((READY,), [{**one, **(change or {})} for one in known])
    assert wrong in line.wrong
    assert bool(line.wrong) == bool(wrong)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ({"type": "HEADER", "format": "IMAGE"}, "another header:"),
        (
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Lesen", "url": "https://x"}]},
            "another set of buttons:",
        ),
    ],
)
def test_what_cannot_be_sent_from_here_is_found(part: dict[str, Any], wrong: str) -> None:
    """A picture as header, or a button that opens a page, is not taken for what is written."""
    bare = READY.model_copy(update={"header": ""}) if part["type"] == "HEADER" else READY
    [known] = Approved([bare]).listing()["data"]
    parts = [one for one in known["components"] if one["type"] != part["type"]]
    [line] = compared((bare,), [{**known, "components": [part, *parts]}])
    assert wrong in line.wrong


def test_what_only_meta_has_is_listed() -> None:
    """Templates of other systems are shown and are nobody's mistake."""
    [line] = compared((), Approved([READY]).listing()["data"])
    assert (line.name, line.status, line.wrong) == ("answer_ready", "APPROVED", "")


def test_the_example_bots_templates_would_all_be_taken() -> None:
    """Each language has its own; filled with what is suggested they are short enough."""
    templates = templates_of(ROOT / "bot")
    assert [(one.name, one.language) for one in templates] == [
        ("answer_ready", "de"),
        ("answer_ready", "en"),
    ]
    for template in templates:
        text, _ = fill(template, ["Dr. Anne-Sophie Müller-Lüdenscheidt", "SM-7KQ4-XD2M"])
        assert "{{" not in text
