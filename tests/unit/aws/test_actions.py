"""Show how custom actions are run, and how each failure is named."""

import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.stub import Stubber

from aws.actions import LambdaActions, NoActions, within
from aws.clients import client
from aws.http_actions import HttpActions
from conversation.errors import ActionFailed, PforteError, Unavailable
from conversation.turn import ActionCall

CALL = ActionCall(key="k", action="action_book", payload={"next_action": "action_book"})
URL = "https://actions.example/webhook"
DOMAIN = {"actions": ["action_book"]}
LONG = 60.0
FOR_EVER = 10.0
"""Seconds: nobody waits so long, and a test that does goes on and fails."""

NO_ANSWERS = [
    b"<html>",
    b"[]",
    b'{"events": "none"}',
    b'{"responses": [7]}',
    b'{"responses": {"text": "booked"}}',
]
"""What no action server that knows the protocol answers."""


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """Return what a server that does not answer waits for."""
    never = threading.Event()
    yield never
    never.set()


def server(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception) -> HttpActions:
    """Return a server that gives this answer, or cannot be reached."""

    def answered(request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", URL)
        assert json.loads(request.content) == {**CALL.payload, "domain": DOMAIN}
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = httpx.Client(transport=httpx.MockTransport(answered))
    monkeypatch.setattr(httpx, "Client", lambda **_: made)
    return HttpActions(URL, DOMAIN)


def test_a_server_gets_request_and_domain_and_gives_its_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A team's own action server is asked in Rasa's words and answers in them."""
    found = server(monkeypatch, httpx.Response(200, json={"events": [], "responses": []}))
    assert found.call(CALL, LONG) == {"events": [], "responses": []}


def test_a_server_may_refuse_to_run_an_action(monkeypatch: pytest.MonkeyPatch) -> None:
    """400 is an answer of the protocol: something else is predicted then."""
    found = server(monkeypatch, httpx.Response(400, json={"error": "", "action_name": "a"}))
    assert found.call(CALL, LONG) == {"rejected": True}


@pytest.mark.parametrize(
    "answer",
    [
        *(httpx.Response(status) for status in (302, 404, 429, 449, 500)),
        *(httpx.Response(200, content=body) for body in NO_ANSWERS),
        httpx.ReadTimeout(""),
        httpx.ConnectError(""),
    ],
)
def test_a_server_that_does_not_run_an_action_has_failed(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception
) -> None:
    """Down, lost or talking nonsense: a person takes over now, the customer waits for no repeat."""
    with pytest.raises(ActionFailed, match="action_book"):
        server(monkeypatch, answer).call(CALL, LONG)


@pytest.mark.parametrize("url", ["http://actions.example/webhook", "ftp://127.0.0.1", "actions"])
def test_a_server_elsewhere_is_reached_encrypted(url: str) -> None:
    """What customers write does not travel in the clear, but on this machine it may."""
    with pytest.raises(PforteError, match="https://"):
        HttpActions(url, DOMAIN)
    for here in ("http://127.0.0.1:5055/webhook", "http://localhost:5055/webhook"):
        HttpActions(here, DOMAIN)


def asked(
    monkeypatch: pytest.MonkeyPatch, statuses: list[int], tokens: list[str | Exception]
) -> tuple[HttpActions, list[str | None]]:
    """Return a server that answers so, called with these tokens, and what it was shown."""
    shown: list[str | None] = []

    def read() -> str:
        token = tokens.pop(0)
        if isinstance(token, Exception):
            raise token
        return token

    def answered(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == URL
        shown.append(request.headers.get("authorization"))
        return httpx.Response(statuses.pop(0), json={})

    made = httpx.Client(transport=httpx.MockTransport(answered))
    monkeypatch.setattr(httpx, "Client", lambda **_: made)
    return HttpActions(URL, DOMAIN, read), shown


def test_a_server_knows_by_its_token_who_is_calling(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in a header, never in the address, and is read once."""
    found, shown = asked(monkeypatch, [200, 200], ["s3cret"])
    assert [found.call(CALL, LONG), found.call(CALL, LONG)] == [{}, {}]
    assert shown == ["Bearer s3cret", "Bearer s3cret"]


def test_a_server_without_a_token_is_asked_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is stored there is nothing to show."""
    found, shown = asked(monkeypatch, [200], [""])
    found.call(CALL, LONG)
    assert shown == [None]


@pytest.mark.parametrize("refused", [401, 403])
def test_a_token_that_was_changed_is_read_again(
    monkeypatch: pytest.MonkeyPatch, refused: int
) -> None:
    """The action that met the old one has failed; the next has the new one."""
    found, shown = asked(monkeypatch, [refused, 200], ["old", "new"])
    with pytest.raises(ActionFailed, match=str(refused)):
        found.call(CALL, LONG)
    assert found.call(CALL, LONG) == {}
    assert shown == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize("broken", ["s3cret\r\nHost: evil", "s3crét", "s3cret two"])
def test_a_broken_token_is_told_by_nobody(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """It goes into no header and no error, and is read again at the next call."""
    found, shown = asked(monkeypatch, [200], [broken, "s3cret"])
    with pytest.raises(ActionFailed) as failed:
        found.call(CALL, LONG)
    assert "s3cr" not in str(failed.value)
    found.call(CALL, LONG)
    assert shown == ["Bearer s3cret"]


def test_while_no_token_can_be_read_nothing_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn is tried again: the server was not even asked."""
    found, shown = asked(monkeypatch, [], [Unavailable("GetParameter: ThrottlingException")])
    with pytest.raises(Unavailable):
        found.call(CALL, LONG)
    assert shown == []


def lambda_answers(answer: dict[str, Any], payload: bytes) -> Any:
    """Return actions in a function that gives this answer."""
    found = client("lambda")
    stubber = Stubber(found)
    body: Any = io.BytesIO(payload)
    stubber.add_response(
        "invoke",
        {"StatusCode": 200, "Payload": body, **answer},
        {"FunctionName": "actions", "Payload": json.dumps(CALL.payload).encode()},
    )
    stubber.activate()
    return LambdaActions(found, "actions")


def test_action_in_a_function_gives_its_answer(aws: None) -> None:
    """The action server may be a Lambda function."""
    assert lambda_answers({}, b'{"events": []}').call(CALL, LONG) == {"events": []}


def test_a_function_may_refuse_to_run_an_action(aws: None) -> None:
    """It tells the protocol's status in its answer, as there is no HTTP between."""
    answer = b'{"statusCode": 400, "error": "refused", "action_name": "action_book"}'
    assert lambda_answers({}, answer).call(CALL, LONG) == {"rejected": True}


@pytest.mark.parametrize("body", [b'{"statusCode": 404}', b'{"statusCode": 449}', *NO_ANSWERS])
def test_a_function_that_does_not_run_an_action_has_failed(aws: None, body: bytes) -> None:
    """An unknown action and nonsense are no answers."""
    with pytest.raises(ActionFailed, match="action_book"):
        lambda_answers({}, body).call(CALL, LONG)


def test_function_that_raises_has_failed(aws: None) -> None:
    """An error inside of the action is not taken for its answer."""
    with pytest.raises(ActionFailed):
        lambda_answers({"FunctionError": "Unhandled"}, b'{"errorMessage": "x"}').call(CALL, LONG)


def test_throttled_function_is_unavailable(aws: None) -> None:
    """A throttled action Lambda is an outage, not a failure of the action."""
    found = client("lambda")
    with Stubber(found) as stubber:
        stubber.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        with pytest.raises(Unavailable):
            LambdaActions(found, "actions").call(CALL, LONG)


def test_who_is_late_is_not_waited_for(silence: threading.Event) -> None:
    """An action that hangs has failed when its time is over, whatever its connection does."""
    with pytest.raises(ActionFailed, match=r"action_book: no answer in 0\.1 s"):
        within(0.1, CALL, lambda: silence.wait(FOR_EVER))


def test_both_ways_end_in_time(
    aws: None, monkeypatch: pytest.MonkeyPatch, silence: threading.Event
) -> None:
    """Behind a URL or in a function, a call gets the time that its turn has left."""

    class Hanging:
        def invoke(self, **_: Any) -> None:
            silence.wait(FOR_EVER)

    def hang(_: httpx.Request) -> httpx.Response:
        silence.wait(FOR_EVER)
        return httpx.Response(200)

    made = httpx.Client(transport=httpx.MockTransport(hang))
    monkeypatch.setattr(httpx, "Client", lambda **_: made)
    hanging: Any = Hanging()
    for actions in (HttpActions(URL, DOMAIN), LambdaActions(hanging, "actions")):
        with pytest.raises(ActionFailed, match=r"0\.1 s"):
            actions.call(CALL, 0.1)


def test_house_without_actions_says_so() -> None:
    """A bot that calls an action where none can run ends at a person, not in a loop."""
    with pytest.raises(ActionFailed, match="action_book"):
        NoActions().call(CALL, LONG)
