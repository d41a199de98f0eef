"""Ask desk and web chat all that their own OpenAPI allows, and what it does not, and more."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.lambda_wsgi import LambdaApp
from tests.unit.desk.scenes import ANNA
from tests.unit.desk.scenes import House as DeskHouse
from tests.unit.webchat.company import claims, company, token
from tests.unit.webchat.house import House as ChatHouse
from webchat.thread import Thread

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

PROBLEM = {
    "description": "What is wrong (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {"status": {"type": "integer", "minimum": 400, "maximum": 499}},
            }
        }
    },
}
REFUSALS = ("400", "401", "403", "404", "409", "413", "415")
NOTHING = {"description": "Nothing to say"}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "Done", "content": {"application/json": {"schema": dict(schema)}}}


def _object(*required: str) -> dict[str, Any]:
    return _json({"type": "object", "required": list(required)})


FILE = {"description": "A file of the page"}
ONE = "/desk/api/conversations/{conversation}"
CLAIMED = _object("conversation")

ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("get", "/webchat/messages"): {"200": _json(Thread.model_json_schema()), "304": NOTHING},
    ("post", "/webchat/messages"): {"202": _object("id")},
    ("post", "/webchat/visitors"): {"201": _object("token")},
    ("get", "/webchat/widget.js"): {"200": FILE, "304": NOTHING},
    ("get", "/webchat/demo"): {"200": FILE, "304": NOTHING},
    ("get", "/webchat/widget/{version}/{name}"): {"200": FILE, "304": NOTHING},
    ("get", "/desk"): {"200": FILE, "304": NOTHING},
    ("get", "/desk/"): {"200": FILE, "304": NOTHING},
    ("get", "/desk/{name}"): {"200": FILE, "304": NOTHING},
    ("post", "/desk/login"): {"200": _object()},
    ("post", "/desk/api/claims"): {"201": _object(), "204": NOTHING},
    ("put", f"{ONE}/draft"): {"204": NOTHING},
    ("delete", f"{ONE}/drafts/{{draft}}"): {"204": NOTHING},
    ("put", f"{ONE}/files/{{file}}"): {"201": _object("id")},
    ("post", f"{ONE}/replies"): {"202": _object("id")},
    ("post", f"{ONE}/templates"): {"202": _object("id")},
    ("post", f"{ONE}/resolve"): {"202": _object("id")},
    ("post", f"{ONE}/hand-back"): {"202": _object("id")},
}
"""What each call is answered with when all is well; what is not named: JSON with 200, or 304."""


def _document(app: Any, title: str) -> str:
    """Return the OpenAPI that a resolver writes, with the answers that it does not know of."""
    document = json.loads(app.get_openapi_json_schema(title=title, version="1"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            usual = {"200": _object(), "304": NOTHING}
            done = ANSWERS.get((method, path), usual)
            operation["responses"] = done | dict.fromkeys(REFUSALS, PROBLEM)
    document["components"]["schemas"].pop("HTTPValidationError", None)
    return json.dumps(document)


CHAT = ChatHouse(company=company)
DESK = DeskHouse()
WAITING = DESK.waiting("Erika")
MINE = DESK.waiting("Mehmet", user="4917000000002")
DESK.said(MINE, "customer", "Hallo")

chat = schemathesis.openapi.from_wsgi(
    "/openapi.json", LambdaApp(CHAT.webchat, _document(CHAT.webchat._app, "Web chat"))
)
desk = schemathesis.openapi.from_wsgi(
    "/openapi.json", LambdaApp(DESK.desk, _document(DESK.desk._app, "Desk"), ANNA)
)

VISITOR = CHAT.visitor()
CUSTOMER = token(claims(customer_number="4711023"))
quiet = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.mark.parametrize("who", [VISITOR, CUSTOMER], ids=["visitor", "customer"])
@chat.parametrize()
@quiet
def test_the_web_chat_answers_everything_as_it_says(case: schemathesis.Case[Any], who: str) -> None:
    """No call makes the web chat break, and each answer is one that its OpenAPI names."""
    case.call_and_validate(headers={"Authorization": f"Bearer {who}"}, checks=CHECKS)


@chat.parametrize()
@quiet
def test_nobody_gets_in_by_an_odd_authorization(case: schemathesis.Case[Any]) -> None:
    """Whatever stands for a token: below 500, and never somebody's conversation."""
    answer = case.call()
    assert answer.status_code < 500
    assert not (answer.status_code == 200 and case.path == "/webchat/messages")


@desk.parametrize()
@quiet
def test_the_desk_answers_everything_as_it_says(case: schemathesis.Case[Any]) -> None:
    """No call of an agent makes the desk break, whichever conversation it names."""
    named = case.path_parameters or {}
    if str(named.get("conversation", ""))[:1] in "abcdefghijkl":
        named["conversation"] = WAITING.id
    elif "conversation" in named:
        named["conversation"] = MINE.id
    case.call_and_validate(checks=CHECKS)
