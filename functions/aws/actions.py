"""Run custom actions in a Lambda function; `http_actions` runs them behind a URL.

Both speak the protocol of Rasa's action server: the payload is its request, the answer holds
`events` and `responses`, or says by its status that the action refuses to run.
"""

import json
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any

from aws.outages import reaching_aws
from conversation.errors import ActionFailed
from conversation.turn import ActionCall

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

PATIENCE = 10.0
"""Seconds after which a client gives up: more than anybody waits for an action."""

_OK, _REJECTED = 200, 400
"""Statuses of the protocol; by any other the action has failed."""


class LambdaActions:
    """The action server as a Lambda function; the client must not repeat calls by itself."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Run a custom action and return its result. Raises Unavailable, ActionFailed."""
        error, payload = within(seconds, call, lambda: self._invoke(call))
        if error:
            raise ActionFailed(f"{call.action}: {error}")
        return result_of(call, payload)

    def _invoke(self, call: ActionCall) -> tuple[str, bytes]:
        with reaching_aws():
            answer = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps(call.payload).encode()
            )
            return answer.get("FunctionError", ""), answer["Payload"].read()


class NoActions:
    """A house without custom actions."""

    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:  # noqa: ARG002  nothing is asked
        """Say that there is nobody to run it. Raises ActionFailed."""
        raise ActionFailed(f"{call.action}: no action server is configured")


def within[Answer](seconds: float, call: ActionCall, ask: Callable[[], Answer]) -> Answer:
    """Return what `ask` returns, if it does so within so many seconds. Raises ActionFailed.

    Time-outs of a client hold for each of its reads, so an answer that drips in outlives them. Who
    is late is left to end by itself: the key of the call makes a repeat harmless.
    """
    answered: Future[Answer] = Future()

    def run() -> None:
        try:
            answered.set_result(ask())
        except BaseException as error:  # noqa: BLE001  raised where the answer is waited for
            answered.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return answered.result(seconds)
    except TimeoutError as late:
        raise ActionFailed(f"{call.action}: no answer in {seconds:.1f} s") from late


def result_of(call: ActionCall, body: bytes, status: int = _OK) -> dict[str, Any]:
    """Read what an action server answered. Raises ActionFailed.

    `status` is that of HTTP; a function tells its own in the answer, where it is no success.
    """
    answer = _answer(call, body) if status == _OK else {"statusCode": status}
    told = answer.get("statusCode", _OK)
    if told == _REJECTED:
        return {"rejected": True}
    if told != _OK:
        raise ActionFailed(f"{call.action}: the action server answers {told}")
    return answer


def _answer(call: ActionCall, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ActionFailed(f"{call.action}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise ActionFailed(f"{call.action}: the answer is not a JSON object")
    for name in ("events", "responses"):
        listed = answer.get(name) or []
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise ActionFailed(f"{call.action}: its {name} are no list of JSON objects")
    return answer
