"""Hold that one can talk to a bot in the terminal, or through a pipe, and ask for reasons."""

import json
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from pforte.bot.chat import chat as talk
from pforte.cli import main
from tests.unit.dialogue.conftest import FILES, RULES, WriteBot

Chat = Callable[[str], str]

STORY = """\
version: "3.1"
stories:
- story: hours after a greeting
  steps:
  - intent: greet
  - action: utter_greet
  - intent: opening_hours
  - action: utter_opening_hours
"""

FORM = """\
- rule: order
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
- rule: ordered
  condition:
  - active_loop: order_form
  steps:
  - action: order_form
  - active_loop: null
  - action: utter_ordered
"""


DOMAIN = """\
intents:
- order
slots:
  place_to:
    type: text
    mappings:
    - type: from_text
      conditions: [{active_loop: order_form, requested_slot: place_to}]
forms:
  order_form:
    required_slots: [place_to]
responses:
  utter_ask_place_to:
  - text: Where to?
  utter_ordered:
  - text: It is on its way.
"""

NLU = """\
nlu:
- intent: order
  examples: |
    - bring me a pizza
    - I would like to order a pizza
    - order pizza
    - pizza to my place
"""

HOURS = """\
- rule: hours
  steps:
  - intent: opening_hours
  - action: action_look_up
  - action: utter_opening_hours
"""

ADDED = {
    "config.yml": "policies: [{name: RulePolicy}, {name: AugmentedMemoizationPolicy}]\n",
    "data/rules.yml": RULES.replace(HOURS, FORM),
    "data/stories.yml": STORY,
    "data/order.yml": NLU,
    "domain.yml": FILES["domain.yml"].replace("- action_look_up\n", ""),
    "domain/order.yml": DOMAIN,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write a bot with a rule, a story and a form; it is trained when it is first talked to."""
    here = tmp_path_factory.mktemp("chat")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        for name, text in (FILES | ADDED).items():
            (here / "bot" / name).parent.mkdir(parents=True, exist_ok=True)
            (here / "bot" / name).write_text(text, "utf-8")
        yield here / "bot"


@pytest.fixture
def chat(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Chat:
    """Return what talks to the bot through a pipe."""

    def through_a_pipe(lines: str) -> str:
        monkeypatch.setattr(sys, "stdin", StringIO(lines))
        assert main(["bot", "chat", "--bot", str(folder)]) == 0
        return capsys.readouterr().out

    return through_a_pipe


def test_it_answers_under_the_front_doors_rules(chat: Chat) -> None:
    """Disclosure, an answer, a choice by number, the language, a hand-over: as in the house."""
    said = chat("hello\n1\nlet me talk to a human\n/resolve\n")

    assert "digital assistant" in said
    assert "bot   Hello!\n       1  Opening hours\n     language: en\n" in said
    assert "you  1\nbot   Nine to five, Hauptstraße.\n" in said
    assert "waits for office: asked_for_person" in said
    assert said.index("waits for") < said.index("is closed")
    assert said.endswith("Goodbye.\n")


def test_it_shows_slots_and_the_open_form(chat: Chat) -> None:
    """What the bot keeps, and what it is asking for."""
    said = chat("/form\nbring me a pizza\n/form\nto the market\n/slots\n/restart\n/slots\n")

    assert "you  /form\n     no form is open\n" in said
    assert "bot   Where to?\n" in said
    assert "you  /form\n     order_form asks for place_to\n" in said
    before, after = said.split("you  /restart")
    assert "bot   It is on its way.\n" in before
    assert "     place_to = 'to the market'\n" in before
    assert "place_to" not in after


def test_it_says_why(chat: Chat) -> None:
    """What was understood, then each action with its policy, confidence, and rule or story."""
    said = chat(
        "hello\n/why\nwhen do you open\n/why\nbring me a pizza\n/why\nI want a human\n/why\n"
    )

    hello, hours, pizza, person = said.split("you  /why\n")[1:]
    assert hello.startswith("     understood greet  ")
    assert "     utter_greet  RulePolicy  1.00  rule 'greet' (" in hello
    assert (
        "     utter_opening_hours  AugmentedMemoizationPolicy  1.00  story 'hours after a " in hours
    )
    assert "     order_form  RulePolicy  1.00  rule 'order' (" in pizza
    assert "     handed over: asked_for_person\n" in person
    assert "The front door answered by itself" in person


def test_a_wrong_command_is_explained(chat: Chat) -> None:
    """No line of a slip reaches the bot; numbers that are no options are refused."""
    said = chat("/wyh\n/tap 1\nhello\n/tap 2\n/tap 1\n/resolve\n/quit\nhello\n")

    assert said.count("/restart  begin anew") == 2
    assert "you  /tap 1\n     no options\n" in said
    assert "you  /tap 2\n     /tap takes a number from 1 to 1\n" in said
    assert "you  /tap 1\nbot   Nine to five" in said
    assert "nobody waits for a person" in said
    assert said.count("you  hello") == 1


def test_actions_may_run_on_a_server(
    write_bot: WriteBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a team's own server answers to its token is said; in the clear none is asked."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["next_action"] == "action_look_up"
        assert request.headers["authorization"] == "Bearer s3cret"
        return httpx.Response(200, json={"events": [], "responses": [{"text": "Looked up."}]})

    made = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "Client", lambda **_: made)
    monkeypatch.setenv("PFORTE_ACTION_SERVER_TOKEN", "s3cret")
    monkeypatch.setattr(sys, "stdin", StringIO("when do you open\n"))
    monkeypatch.chdir(tmp_path)
    call = ["bot", "chat", "--bot", str(write_bot()), "--actions"]

    assert main([*call, "http://actions.example/webhook"]) == 1
    assert "https://" in capsys.readouterr().err
    assert main([*call, "https://actions.example/webhook"]) == 0
    assert "bot   Looked up.\nbot   Nine to five" in capsys.readouterr().out


def test_an_interrupted_terminal_ends_politely(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no error and no traceback; colours are for terminals alone."""

    class Terminal(Console):
        def input(self, *_: object, **__: object) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    screen = StringIO()
    talk(folder, screen=Terminal(file=screen, highlight=False))

    assert screen.getvalue().endswith("\nGoodbye.\n")
    assert "\x1b" not in screen.getvalue()
