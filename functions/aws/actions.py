"""Run custom actions in a Lambda function; `http_actions` runs them behind a URL.

Both speak the protocol of Rasa's action server: the payload is its request, the answer holds
`events` and `responses`; 400 and 404 mean that it does not run the action.
"""

import json
from typing import TYPE_CHECKING, Any

from aws.outages import reaching_aws
from conversation.errors import ActionFailed
from conversation.turn import ActionCall

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

TIMEOUT = 8.0
"""Seconds for one call."""


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
        return answer_of(call, payload)


class NoActions:
    """A house without custom actions."""

    def call(self, call: ActionCall) -> dict[str, Any]:
        """Say that there is nobody to run it. Raises ActionFailed."""
        raise ActionFailed(f"{call.action}: no action server is configured")


def answer_of(call: ActionCall, body: bytes) -> dict[str, Any]:
    """Read what an action server answered. Raises ActionFailed."""
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ActionFailed(f"{call.action}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise ActionFailed(f"{call.action}: the answer is not a JSON object")
    return answer
