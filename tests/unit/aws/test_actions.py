"""Show how custom actions are run, and how each failure is named."""

import io
import json
from typing import Any

import httpx
import pytest
from botocore.stub import Stubber

from aws.actions import LambdaActions, NoActions
from aws.clients import client
from aws.http_actions import HttpActions
from conversation.errors import ActionFailed, Unavailable
from conversation.turn import ActionCall

CALL = ActionCall(key="k", action="action_book", payload={"next_action": "action_book"})
URL = "https://actions.example/webhook"


def server(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception) -> HttpActions:
    """Return a server that gives this answer, or cannot be reached."""

    def answered(request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", URL)
        assert json.loads(request.content) == CALL.payload
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = httpx.Client(transport=httpx.MockTransport(answered))
    monkeypatch.setattr(httpx, "Client", lambda **_: made)
    return HttpActions(URL)


def test_action_gets_its_payload_and_gives_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A team's own action server is asked in Rasa's words and answers in them."""
    found = server(monkeypatch, httpx.Response(200, json={"events": [], "responses": []}))
    assert found.call(CALL) == {"events": [], "responses": []}


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(500), httpx.Response(429), httpx.ReadTimeout(""), httpx.ConnectError("")],
)
def test_server_out_of_reach_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response | Exception
) -> None:
    """What may pass by itself is tried again."""
    with pytest.raises(Unavailable):
        server(monkeypatch, answer).call(CALL)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": "rejected"}),
        httpx.Response(404),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
    ],
)
def test_action_that_is_refused_has_failed(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response
) -> None:
    """What would fail the same every time is no outage."""
    with pytest.raises(ActionFailed):
        server(monkeypatch, answer).call(CALL)


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
    assert lambda_answers({}, b'{"events": []}').call(CALL) == {"events": []}


def test_function_that_raises_has_failed(aws: None) -> None:
    """An error inside of the action is not taken for its answer."""
    with pytest.raises(ActionFailed):
        lambda_answers({"FunctionError": "Unhandled"}, b'{"errorMessage": "x"}').call(CALL)


def test_throttled_function_is_unavailable(aws: None) -> None:
    """A throttled action Lambda is an outage, not a failure of the action."""
    found = client("lambda")
    with Stubber(found) as stubber:
        stubber.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        with pytest.raises(Unavailable):
            LambdaActions(found, "actions").call(CALL)


def test_house_without_actions_says_so() -> None:
    """A bot that calls an action where none can run ends at a person, not in a loop."""
    with pytest.raises(ActionFailed, match="action_book"):
        NoActions().call(CALL)
