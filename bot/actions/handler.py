"""Run the actions in a Lambda function that speaks the protocol of Rasa's action server.

Invoked directly, the event is the request of the protocol and the answer its answer; where that is
not a success, the answer is `{"statusCode", "error", "action_name"}`. Behind a function URL it
serves `/webhook`, `/health` and `/actions` as Rasa's server does.
"""

import asyncio
import base64
import json
import os
import sys
import types
import zlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa_sdk.executor import ActionExecutor

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
"""There are none, but pydantic would read the metadata of every package to know."""

Event = Mapping[str, Any]

_OK, _REJECTED, _UNKNOWN, _NEEDS_DOMAIN = 200, 400, 404, 449
_URL_VARIABLE = "PFORTE_BACKEND_URL"
_BEARER_VARIABLE = "PFORTE_BACKEND_TOKEN"
_PARAMETER_VARIABLE = "PFORTE_BACKEND_TOKEN_PARAMETER"


def handler(event: Event, _context: object = None) -> dict[str, Any]:
    """Run the action that the event names. Raises what the action raises."""
    request = (event.get("requestContext") or {}).get("http")
    if request is not None:
        return _over_http(event, request["method"])
    status, body = _answer(event.get("path", "/webhook"), event)
    if status == _OK:
        return {"actions": body} if isinstance(body, list) else body
    return {"statusCode": status, **body}


def _over_http(event: Event, method: str) -> dict[str, Any]:
    path = event.get("rawPath", "/")
    call: Any = {}
    if method == "POST":
        try:
            call = json.loads(_body(event))
        except (ValueError, zlib.error):
            call = None
    if isinstance(call, dict) and method == ("POST" if path == "/webhook" else "GET"):
        status, body = _answer(path, call)
    else:
        status, body = _REJECTED, {"error": "Invalid body request", "action_name": ""}
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _body(event: Event) -> bytes:
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    packed = (event.get("headers") or {}).get("content-encoding") == "deflate"
    return zlib.decompress(raw) if packed else raw


def _answer(path: str, call: Event) -> tuple[int, Any]:
    if path == "/health":
        return _OK, {"status": "ok"}
    _fetch_token()
    executor = _executor()
    if path == "/actions":
        return _OK, [each.model_dump() for each in executor.list_actions()]
    if path != "/webhook":
        return _UNKNOWN, {"error": f"there is no {path}", "action_name": ""}
    return _run(executor, call)


def _run(executor: "ActionExecutor", call: Event) -> tuple[int, Any]:
    from rasa_sdk.interfaces import (
        ActionExecutionRejection,
        ActionMissingDomainException,
        ActionNotFoundException,
    )

    # These actions read nothing of the domain: only who has sent one and holds its digest against
    # us is asked to send it again.
    known: Event = {"domain": {}} if "domain_digest" not in call else {}
    try:
        result = asyncio.run(executor.run({**known, **call}))
    except ActionExecutionRejection as rejection:
        return _REJECTED, {"error": rejection.message, "action_name": rejection.action_name}
    except ActionNotFoundException as missing:
        return _UNKNOWN, {"error": missing.message, "action_name": missing.action_name}
    except ActionMissingDomainException as missing:
        return _NEEDS_DOMAIN, {"error": missing.message, "action_name": missing.action_name}
    except Exception:  # whatever it was: the back end may have another token by now
        _forget_token()
        raise
    if result is None:
        return _REJECTED, {"error": "next_action is missing", "action_name": ""}
    return _OK, result.model_dump()


@cache
def _executor() -> "ActionExecutor":
    """Return rasa-sdk's executor with these actions: built at the first call of a process."""
    _leave_out_sanic()
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


def _leave_out_sanic() -> None:
    """Import rasa-sdk without its web server: half of a cold start.

    rasa-sdk 3.21 names `sanic.Sanic` in an annotation of `rasa_sdk.plugin` and needs it for nothing
    else here.
    """
    if "rasa_sdk" not in sys.modules and "sanic" not in sys.modules:
        nobody = types.ModuleType("sanic")
        nobody.__dict__["Sanic"] = object
        sys.modules["sanic"] = nobody


def _fetch_token() -> None:
    """Read the back end's token from the parameter that the environment names.

    Not where there is no back end: what asks nothing of it works without.
    """
    name = os.environ.get(_PARAMETER_VARIABLE)
    if name and os.environ.get(_URL_VARIABLE) and not os.environ.get(_BEARER_VARIABLE):
        # Imported here, and without boto3: that takes as long again.
        import botocore.session

        client: Any = botocore.session.get_session().create_client("ssm")
        answer = client.get_parameter(Name=name, WithDecryption=True)
        os.environ[_BEARER_VARIABLE] = answer["Parameter"]["Value"].strip()


def _forget_token() -> None:
    """Let the next call read the token anew: that it was changed may be why this one failed."""
    if os.environ.get(_PARAMETER_VARIABLE):
        os.environ.pop(_BEARER_VARIABLE, None)
