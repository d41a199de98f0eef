"""Bodies that a resolver would break on are the caller's mistake, at the desk and in the chat."""

import base64

import pytest

from tests.gateway import http_event
from tests.unit.desk.scenes import ANNA
from tests.unit.desk.scenes import House as DeskHouse
from tests.unit.webchat.house import House as ChatHouse

BROKEN = {
    "form without a boundary": ("multipart/form-data", b"x"),
    "form in capitals": (" Multipart/Form-Data; boundary=x", b"--x--"),
    "form": ("application/x-www-form-urlencoded", b"id=1"),
    "no UTF-8": ("application/json", b'{"id": "\xff"}'),
    "endless nesting": ("application/json", b"[" * 20_000),
    "endless nesting without a type": ("", b'{"a":' * 5_000),
    "a number of five thousand digits": ("application/json", b"1" * 5_000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_bodies_are_malformed(name: str) -> None:
    """Each is answered with a problem and 400, by both, and never with 500."""
    kind, body = BROKEN[name]
    headers = {"Content-Type": kind, "Origin": "https://any.example"}
    chat = ChatHouse()
    headers["Authorization"] = f"Bearer {chat.visitor()}"
    told = chat.webchat(http_event("POST", "/webchat/messages", body, headers), None)
    assert told["statusCode"] == 400
    assert told["headers"]["Access-Control-Allow-Origin"] == headers["Origin"]
    for path in ("/desk/login", f"/desk/api/conversations/{'a' * 32}/replies"):
        said = DeskHouse().desk(http_event("POST", path, body, headers, ANNA), None)
        assert said["statusCode"] == 400
        assert said["headers"]["Content-Type"] == "application/problem+json"


def test_what_is_not_base64_is_malformed() -> None:
    """The gateway says base64, and the body is none."""
    event = http_event("POST", "/desk/login", base64.b64decode("eA=="), {}, None)
    assert DeskHouse().desk(event | {"body": "no base64!"}, None)["statusCode"] == 400
