"""`pforte phone` writes as a customer and prints what comes back."""

import io
import json
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.base import WebhookRequest
from channels.registry import CHANNELS
from pforte.cli import main
from pforte.failure import Failure
from pforte.house.house import House, remember
from pforte.lines import Heard, MessengerLine, WebchatLine
from pforte.messengers.server import Messengers
from pforte.phone import Patience, Talk
from tests.gateway import serving
from tests.unit.media.samples import png
from tests.unit.messengers.conftest import StubHouse
from tests.unit.webchat.house import House as WebchatHouse
from tests.unit.webchat.house import options
from tests.way import eventually

pytestmark = pytest.mark.enable_socket

USER = "4917604069001"
QUICK = Patience(answer=60, rest=0.2)


def reply(
    api: httpx.Client, words: str, titles: tuple[str, ...] = (), user: str = USER
) -> httpx.Response:
    message: dict[str, Any] = {"type": "text", "text": {"body": words}}
    if titles:
        replies = [{"type": "reply", "reply": {"id": f"/{t}", "title": t}} for t in titles]
        action = {"buttons": replies}
        interactive = {"type": "button", "body": {"text": words}, "action": action}
        message = {"type": "interactive", "interactive": interactive}
    return api.post("messages", json={"messaging_product": "whatsapp", "to": user, **message})


@pytest.fixture
def talkative(house: StubHouse, whatsapp_api: httpx.Client) -> StubHouse:
    """Let the house answer every message in two bubbles, options in the second."""

    def answer(channel: str, request: WebhookRequest) -> None:
        for event in CHANNELS[channel].parse(request.body, request.headers, request.account):
            if event.kind == "message" and event.content:
                heard = event.content.payload or event.content.text
                reply(whatsapp_api, f"Sie sagten: {heard}", user=event.user)
                reply(whatsapp_api, "Noch etwas?", ("Ja", "Nein"), user=event.user)

    house.on_call = answer
    return house


@pytest.fixture
def running(messengers: Messengers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Let the command find a running house."""
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path))
    base = f"http://127.0.0.1:{messengers.port}"
    known = House("pforte", base, {}, messengers=base, state=str(tmp_path))
    remember(known)
    return known


@pytest.fixture
def line(messengers: Messengers) -> Iterator[MessengerLine]:
    base = f"http://127.0.0.1:{messengers.port}"
    with closing(MessengerLine(base, "whatsapp", USER)) as line:
        yield line


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command wait longer for the rest of an answer, on a machine that does other work."""
    patience = Patience(answer=60, rest=4)
    monkeypatch.setattr("pforte.phone.Talk", partial(Talk, patience=patience))


@pytest.mark.usefixtures("unhurried")
def test_prints_the_whole_answer(
    talkative: StubHouse, running: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """One call writes through the real webhook and prints all bubbles, options numbered."""
    assert main(["phone", "whatsapp", "Wann haben Sie geöffnet?"]) == 0
    assert capsys.readouterr().out == (
        "Sie sagten: Wann haben Sie geöffnet?\nNoch etwas?\n  1  Ja\n  2  Nein\n"
    )


@pytest.mark.usefixtures("unhurried")
def test_json(talkative: StubHouse, running: House, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the answer is one JSON list, for the user that was named."""
    assert main(["phone", "whatsapp", "--user", "4917604069077", "--json", "hallo"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["text"] == "Sie sagten: hallo"
    assert second["options"] == [{"number": 1, "title": "Ja"}, {"number": 2, "title": "Nein"}]


def test_several_lines_from_a_pipe(
    talkative: StubHouse,
    running: House,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines from a pipe are a talk; a number is sent as text, `/tap` taps."""
    monkeypatch.setattr("sys.stdin", io.StringIO("hallo\n\n2\n/tap 2\n"))
    assert main(["phone", "whatsapp"]) == 0
    said = [text for text in capsys.readouterr().out.splitlines() if text.startswith("Sie")]
    assert said == ["Sie sagten: hallo", "Sie sagten: 2", "Sie sagten: /Nein"]


def test_earlier_answers_are_not_told_again(
    talkative: StubHouse, line: MessengerLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new call prints what its own message is answered with, not what came before."""
    Talk(line, as_json=False, patience=QUICK).ask("eins")
    capsys.readouterr()
    Talk(line, as_json=False, patience=QUICK).ask("zwei")
    assert "eins" not in capsys.readouterr().out


def test_no_answer(house: StubHouse, line: MessengerLine) -> None:
    """Where nothing comes back in time the command says so and fails."""
    talk = Talk(line, as_json=False, patience=Patience(answer=0.2, rest=0.1))
    with pytest.raises(Failure, match=r"no answer within 0\.2 s") as failure:
        talk.ask("hallo")
    assert failure.value.status == 1


def test_nothing_to_tap(line: MessengerLine) -> None:
    """Tapping an option that nobody offered is a wrong call."""
    talk = Talk(line, as_json=False, patience=QUICK)
    with pytest.raises(Failure, match="there is no option '2' to tap: none") as failure:
        talk.ask("/tap 2")
    assert failure.value.status == 2


def test_terminal(
    talkative: StubHouse, line: MessengerLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a terminal what comes is printed as it comes, until Ctrl-D."""
    typed = iter(["hallo"])
    printed = io.StringIO()
    monkeypatch.setattr("sys.stdout", printed)

    def read(_prompt: str) -> str:
        for words in typed:
            return words
        eventually(printed.getvalue, lambda text: "Sie sagten: hallo" in text, "the answer")
        raise EOFError

    monkeypatch.setattr("builtins.input", read)
    Talk(line, as_json=False, patience=QUICK).converse()


def test_house_is_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a running house one line says what to do."""
    monkeypatch.setenv("PFORTE_STATE", str(tmp_path))
    assert main(["phone", "whatsapp", "hallo"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    nowhere = House("pforte", "http://127.0.0.1:9", {}, messengers="http://127.0.0.1:9")
    remember(House(**{**nowhere.__dict__, "state": str(tmp_path)}))
    assert main(["phone", "whatsapp", "hallo"]) == 1
    assert "does not answer" in capsys.readouterr().err


def test_called_wrongly(running: House, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown channel and an impossible user are wrong calls."""
    with pytest.raises(SystemExit) as left:
        main(["phone", "pigeon", "hallo"])
    assert left.value.code == 2
    assert main(["phone", "telegram", "--user", "nobody", "hallo"]) == 2
    assert "Telegram user" in capsys.readouterr().err


class Chat:
    """A web chat whose bot repeats what it hears and offers options."""

    def __init__(self) -> None:
        self.house = WebchatHouse()

    def handle(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        answer = self.house.webchat(event, context)
        for _, arrived in self.house.arrived():
            content = arrived.incoming.content
            heard = (content.payload or content.text) if content else ""
            self.house.keep(arrived, options(f"Sie sagten: {heard}", "Ja", "Nein"))
        return answer


def test_webchat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The web chat is written to by its own API; a visitor who comes back is known again."""
    tokens = tmp_path / "visitors.json"
    with serving(Chat().handle) as url:
        for words in ("hallo", "/tap 2"):
            with closing(WebchatLine(url, tokens, "Erika")) as line:
                Talk(line, as_json=False, patience=QUICK).ask(words)
        with closing(WebchatLine(url, tokens, "Hans")) as line:
            assert line.catch_up() == []
    printed = capsys.readouterr().out.splitlines()
    assert [text for text in printed if text.startswith("Sie")] == [
        "Sie sagten: hallo",
        "Sie sagten: /nein",
    ]
    assert tokens.stat().st_mode & 0o077 == 0


def test_a_person_is_named(line: MessengerLine, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the channel tells a person's name it stands before what they say."""

    class Person(MessengerLine):
        def news(self, wait: float) -> list[Heard]:
            return [Heard("Guten Tag", 0, name="Anna")] if wait == QUICK.answer else []

    with closing(Person(str(line._http.base_url), "whatsapp", USER)) as person:
        Talk(person, as_json=False, patience=QUICK).ask("hallo")
    assert capsys.readouterr().out == "Anna: Guten Tag\n"


@pytest.mark.usefixtures("unhurried")
def test_sends_a_file(
    talkative: StubHouse, running: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """--file goes through the real webhook as a photo, TEXT under it."""
    photo = tmp_path / "Zähler.png"
    photo.write_bytes(png())
    assert main(["phone", "whatsapp", "--file", str(photo), "Mein Zähler"]) == 0
    content = talkative.events(1)[0].content
    assert content is not None
    assert (content.text, [part.kind for part in content.attachments]) == ("Mein Zähler", ["image"])
    assert capsys.readouterr().out
    assert main(["phone", "whatsapp", "--file", str(tmp_path / "nothing.png")]) == 2
