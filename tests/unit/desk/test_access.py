"""Who gets in at the desk, and who does not."""

import json
from typing import Any

import pytest

from conversation.errors import Forbidden, Unauthorized
from desk.agent import agent_of
from desk.outside import Outside
from desk.routes import API, Desk
from tests.gateway import http_event
from tests.unit.desk.scenes import ANNA, House, conversation_id

ONE = f"{API}/conversations/{conversation_id('yusuf')}"
REPLY = {"id": "6d9f2f6e-0b1f-4a45-8d2e-1f2a3b4c5d6e", "epoch": 3, "text": "Ja", "sent_at": 1}
END = {"id": REPLY["id"], "epoch": 3}
TEMPLATE = {**END, "sent_at": 1, "name": "answer_ready", "language": "de", "values": ["x"]}
ROUTES = [
    ("GET", f"{API}/overview", None),
    ("GET", f"{API}/references/SM-1234-5678", None),
    ("POST", f"{API}/claims", {}),
    ("GET", ONE, None),
    ("GET", f"{ONE}/texts/x.1.00", None),
    ("GET", f"{API}/files/{conversation_id('yusuf')}/{'e' * 32}/0", None),
    ("PUT", f"{ONE}/files/{REPLY['id']}", None),
    ("POST", f"{ONE}/claim", None),
    ("PUT", f"{ONE}/draft", {"text": "x"}),
    ("DELETE", f"{ONE}/drafts/reply:1", None),
    ("POST", f"{ONE}/replies", REPLY),
    ("GET", f"{API}/templates", None),
    ("POST", f"{ONE}/templates", TEMPLATE),
    ("POST", f"{ONE}/cuts", {"id": REPLY["id"], "address": "1:telegram:••• 123"}),
    ("POST", f"{ONE}/resolve", END),
    ("POST", f"{ONE}/hand-back", END),
]


def _rules(desk: Desk) -> set[tuple[str, str]]:
    routes = desk._app._static_routes + desk._app._dynamic_routes
    return {(route.method, route.path) for route in routes if route.path.startswith(API)}


def test_every_route_of_the_api_is_tried_here() -> None:
    """A new route of the API cannot be forgotten in the tests of who gets in."""
    assert len(_rules(House().desk)) == len(ROUTES)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_gets_in_without_a_token(method: str, path: str, body: object) -> None:
    """A request without the claims of a verified token is answered 401 and changes nothing."""
    house = House()
    house.waiting("Yusuf")
    before = house.table.all_conversations()
    answer = house.ask(method, path, body, claims=None)
    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert house.table.all_conversations() == before
    assert not house.inbound_queue.receive()


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize("groups", ["[customers]", "[]", "", None, ["agents-of-another-house"]])
def test_nobody_gets_in_without_the_group(
    method: str, path: str, body: object, groups: object
) -> None:
    """A valid token of the pool is not enough: the group decides."""
    house = House()
    house.waiting("Yusuf")
    answer = house.ask(method, path, body, claims={**ANNA, "cognito:groups": groups})
    assert answer.status == 403
    assert not house.inbound_queue.receive()


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_the_routes_hold_the_door_themselves(method: str, path: str, body: object) -> None:
    """A route asks for the agent also where the path does not look like the API from outside."""
    event = http_event(method, path, None if body is None else json.dumps(body))
    event["requestContext"]["stage"] = "live"
    event["rawPath"] = f"/live{path}"
    assert House().desk(event, None)["statusCode"] == 401


def test_malformed_requests_of_strangers_learn_nothing() -> None:
    """Whoever has no token gets 401 before anything is said about the request."""
    assert House().ask("POST", f"{ONE}/replies", {"nonsense": 1}, claims=None).status == 401


@pytest.mark.parametrize("groups", ["[agents]", "[supervisors]", "[x agents]", ["agents"]])
def test_agents_and_supervisors_get_in(groups: Any) -> None:
    """Both groups work at the desk, in every form in which the gateway passes the claim on."""
    assert House().ask("GET", f"{API}/overview", claims={**ANNA, "cognito:groups": groups}).json[
        "me"
    ] == {"id": "anna-1", "name": "Anna Weber", "supervisor": "supervisors" in groups}


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"jwt": {}},
        {"jwt": {"claims": {}}},
        {"jwt": {"claims": {**ANNA, "sub": ""}}},
        {"jwt": {"claims": {**ANNA, "token_use": "refresh"}}},
        {"jwt": {"claims": {key: value for key, value in ANNA.items() if key != "token_use"}}},
        {"lambda": {"claims": ANNA}},
    ],
)
def test_half_a_token_is_none(authorizer: Any) -> None:
    """Claims that do not say who calls, and with what, let nobody in."""
    with pytest.raises(Unauthorized):
        agent_of(authorizer)


def test_a_group_is_compared_whole() -> None:
    """A group whose name contains ours is another group."""
    with pytest.raises(Forbidden):
        agent_of({"jwt": {"claims": {**ANNA, "cognito:groups": "[agents-emeriti nonagents]"}}})


def test_an_agent_without_a_name_is_called_by_the_address() -> None:
    """Customers are told a name, never an id of the pool."""
    claims = {key: value for key, value in ANNA.items() if key != "name"}
    assert agent_of({"jwt": {"claims": claims}}).name == "anna.weber"
    del claims["email"]
    assert agent_of({"jwt": {"claims": claims}}).name == ""


def test_the_desk_needs_nothing_from_outside_to_start() -> None:
    """Building the desk touches no service: a cold start waits for nothing."""
    nothing: Any = None
    Desk(Outside(*[nothing] * 9))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "{one}/texts/{id}.{long}.00"),
        ("DELETE", "{one}/drafts/{long}"),
        ("GET", "/desk/api/references/{long}"),
    ],
)
def test_names_that_nothing_has_are_refused_unread(method: str, path: str) -> None:
    """What is longer than any name of ours fits no key and no number: a clear error, no 5xx."""
    house = House()
    waiting = house.waiting("Yusuf")
    one = f"/desk/api/conversations/{waiting.id}"
    answer = house.ask(method, path.format(one=one, id=waiting.id, long="9" * 5000))
    assert answer.status == 400
    assert answer.json["status"] == 400
