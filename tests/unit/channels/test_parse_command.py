"""`pforte parse`: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from pforte.cli import main

BODY = {
    "messages": [
        {
            "id": "wamid.1",
            "from": "491700000001",
            "timestamp": "1700000000123",
            "type": "image",
            "image": {"id": "m1", "caption": "Zähler \u001b[2J"},
        },
        {"from": "49", "type": "hologram"},
    ]
}


@pytest.fixture(name="body")
def _body(tmp_path: Path) -> Path:
    file = tmp_path / "body.json"
    file.write_text(json.dumps(BODY))
    return file


def test_a_json_line_per_event(body: Path, capsys: Any) -> None:
    """The keys are those that are promised, times ISO 8601 in UTC, what is missing is null."""
    assert main(["parse", "whatsapp", str(body), "--json", "--account", "100"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "file": str(body),
        "event": "message",
        "id": "wamid.1",
        "address": "whatsapp:100:491700000001",
        "sent_at": "2023-11-14T22:13:20.123Z",
        "text": "Zähler \x1b[2J",
        "attachments": [{"kind": "image", "reference": "m1"}],
    }
    assert (second["id"], second["sent_at"]) == (None, None)


def test_words_for_people_cannot_move_the_cursor(body: Path, capsys: Any) -> None:
    """What a customer wrote is shown, never obeyed by the terminal."""
    assert main(["parse", "whatsapp", str(body)]) == 0
    out = capsys.readouterr().out
    assert "Zähler" in out
    assert "(hologram)" in out
    assert "\x1b" not in out


def test_a_signature_is_checked_first(body: Path, load_event: Any, capsys: Any) -> None:
    """A good signature parses, a bad one ends with 1 and says which file."""
    request = load_event("whatsapp/text")
    body.write_bytes(request.body)
    header = f"X-Hub-Signature-256: {request.headers['x-hub-signature-256']}"
    call = ["parse", "whatsapp", str(body), "--json", "--header", header]
    assert main([*call, "--secret", "test-app-secret"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main([*call, "--secret", "another"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert str(body) in captured.err
    assert "signature" in captured.err


def test_telegrams_token_is_checked(body: Path, load_event: Any) -> None:
    """The same switches serve every messenger."""
    body.write_bytes(load_event("telegram/text").body)
    call = ["parse", "telegram", str(body), "--secret", "test-secret-token", "--header"]
    assert main([*call, "X-Telegram-Bot-Api-Secret-Token: test-secret-token"]) == 0
    assert main([*call, "X-Telegram-Bot-Api-Secret-Token: another"]) == 1


def test_a_bad_file_does_not_hide_the_others(body: Path, tmp_path: Path, capsys: Any) -> None:
    """The rest is still told; the exit status says that something was wrong."""
    odd = tmp_path / "odd.json"
    odd.write_text("not json")
    assert main(["parse", "whatsapp", str(odd), str(body), "--json"]) == 1
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert captured.err == f"{odd}: The body is not JSON.\n"


@pytest.mark.parametrize(
    "call",
    [
        ["fax", "x.json"],
        ["webchat", "x.json"],
        ["whatsapp"],
        ["whatsapp", "x.json", "--header", "no colon"],
    ],
)
def test_wrong_calls_end_with_2(call: list[str]) -> None:
    """What was typed wrongly is told from what was found wrong."""
    with pytest.raises(SystemExit) as ended:
        main(["parse", *call])
    assert ended.value.code == 2


def test_a_missing_file_ends_with_2(tmp_path: Path, capsys: Any) -> None:
    """A file that is not there is a wrong call."""
    assert main(["parse", "whatsapp", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
