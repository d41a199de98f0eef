"""Run custom actions where they live: behind a URL, or in a Lambda function.

Both speak the protocol of Rasa's action server: the payload is its request, the answer holds
`events` and `responses`; 400 and 404 mean that it does not run the action.
"""

import json
from typing import TYPE_CHECKING, Any

import httpx

from aws.outages import reaching_aws
from conversation.errors import ActionFailed, Unavailable
from conversation.turn import ActionCall

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

TIMEOUT = 8.0
"""Seconds for one call."""


class HttpActions:
    """A team's own action server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT)

    def call(self, call: ActionCall) -> dict[str, Any]:
        """Run a custom action and return its answer. Raises Unavailable, ActionFailed."""
        try:
            response = self._client.post(self._url, json=call.payload)
        except httpx.TransportError as error:
            raise Unavailable(f"{call.action}: {type(error).__name__}") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise Unavailable(f"{call.action}: the action server answers {response.status_code}")
        if response.status_code != 200:
            raise ActionFailed(f"{call.action}: the action server answers {response.status_code}")
        return _answer(call, response.content)


class LambdaActions:
    """The action server as a Lambda function; the client must not repeat calls by itself."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def call(self, call: ActionCall) -> dict[str, Any]:
        """Run a custom action and return its answer. Raises Unavailable, ActionFailed."""
        with reaching_aws():
            answer = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps(call.payload).encode()
            )
            payload = answer["Payload"].read()
        if "FunctionError" in answer:
            raise ActionFailed(f"{call.action}: {answer['FunctionError']}")
        return _answer(call, payload)


class NoActions:
    """A house without custom actions."""

    def call(self, call: ActionCall) -> dict[str, Any]:
        """Say that there is nobody to run it. Raises ActionFailed."""
        raise ActionFailed(f"{call.action}: no action server is configured")


def _answer(call: ActionCall, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ActionFailed(f"{call.action}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise ActionFailed(f"{call.action}: the answer is not a JSON object")
    return answer
