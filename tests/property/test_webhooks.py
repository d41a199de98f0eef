"""Whatever a messenger posts, rightly signed: it is taken or refused, and nothing breaks behind."""

import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway import http_event
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House
from tests.guarantees.messenger import ACCOUNTS, OURS

EVENTS = Path(__file__).parents[2] / "events"
SECRET_HEADER = "x-telegram-bot-api-secret-token"

REFUSED = {400, 401, 413}
"""What a caller may be told; anything from 500 on would be repeated for days."""


def _bodies(channel: str) -> list[Any]:
    read = [json.loads(path.read_text()) for path in sorted((EVENTS / channel).glob("*.json"))]
    return [json.loads(event["body"]) for event in read if event.get("body")]


BODIES = {channel: _bodies(channel) for channel in OURS}

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**53, 2**63, 2**70, 10**30, 10**400, -(10**19)]),
    st.floats(),
    st.text(st.characters(), max_size=30),
    st.sampled_from(
        ["", " ", "\x00", "\ud800", "a" * 70_000, "\u202e", "1e999", "C#x", "::", "%00"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a JSON value that can be written to: what holds it, and where."""
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


@st.composite
def mutated(draw: st.DrawFn, channel: str) -> bytes:
    """Return a recorded body with a few places changed, dropped, doubled or nested."""
    body = copy.deepcopy(draw(st.sampled_from(BODIES[channel])))
    for _ in range(draw(st.integers(0, 4))):
        places = list(_places(body))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["odd", "odd", "drop", "double", "nest", "swap"])):
            case "odd":
                holder[key] = draw(ODD)
            case "drop":
                del holder[key]
            case "double":
                holder[key] = [holder[key]] * 3
            case "nest":
                holder[key] = {"message": holder[key], "messages": [holder[key]]}
            case "swap":
                other, there = draw(st.sampled_from(places))
                holder[key] = copy.deepcopy(other[there])
    return json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _signed(channel: str, body: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a call with a right signature."""
    secrets = ACCOUNTS[channel, OURS[channel]]
    if channel == "telegram":
        proof = {SECRET_HEADER: secrets["secret_token"]}
    else:
        digest = hmac.new(secrets["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        proof = {"x-hub-signature-256": f"sha256={digest}"}
    return http_event("POST", f"/webhooks/{channel}/{OURS[channel]}", body, (headers or {}) | proof)


HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "user-agent", "content-encoding", "host", "x-forwarded-for"]),
    st.text(st.characters(codec="latin-1"), max_size=40),
    max_size=3,
)


@pytest.mark.parametrize("channel", OURS)
@given(data=st.data(), headers=HEADERS)
@settings(deadline=None)
def test_no_recorded_body_can_be_broken_so_that_we_break(
    channel: str, data: st.DataObject, headers: dict[str, str]
) -> None:
    """Recorded calls with odd values anywhere in them are 200 or the caller's mistake."""
    body = data.draw(mutated(channel))
    status = House(EchoBot()).webhook(_signed(channel, body, headers))["statusCode"]
    assert status == 200 or status in REFUSED


@pytest.mark.parametrize("channel", OURS)
@given(body=st.binary(max_size=300), headers=HEADERS)
@settings(deadline=None)
def test_any_bytes_are_taken_or_refused(channel: str, body: bytes, headers: dict[str, str]) -> None:
    """Bytes that are no JSON, signed by whoever knows the secret."""
    status = House(EchoBot()).webhook(_signed(channel, body, headers))["statusCode"]
    assert status == 200 or status in REFUSED


@pytest.mark.parametrize("channel", OURS)
@pytest.mark.parametrize("opened", ["[", '{"a":', '{"entry":[', '{"message":'])
def test_endless_nesting_is_the_callers_mistake(channel: str, opened: str) -> None:
    """JSON that no reader follows to its end does not take the function with it."""
    body = (opened * 60_000).encode()
    assert House(EchoBot()).webhook(_signed(channel, body))["statusCode"] == 400
    depth = (opened * 50_000 + "1" + {"[": "]"}.get(opened[-1], "}") * 50_000).encode()
    assert House(EchoBot()).webhook(_signed(channel, depth))["statusCode"] in {200, 400}


@pytest.mark.parametrize("channel", OURS)
@given(
    path=st.text(st.characters(codec="utf-8"), max_size=30),
    query=st.text(st.characters(codec="utf-8"), max_size=60),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
    headers=HEADERS,
    body=st.text(st.characters(), max_size=40) | st.none(),
    encoded=st.booleans(),
)
@settings(deadline=None)
def test_no_address_query_or_method_breaks_it(
    channel: str,
    path: str,
    query: str,
    method: str,
    headers: dict[str, str],
    body: str | None,
    encoded: bool,
) -> None:
    """Whatever is called, by whom ever: an answer below 500."""
    event = http_event(method, f"/webhooks/{channel}/x", None, headers)
    event |= {"rawPath": f"/webhooks/{channel}/{path}", "rawQueryString": query}
    event |= {"body": body, "isBase64Encoded": encoded}
    assert House(EchoBot()).webhook(event)["statusCode"] < 500


@pytest.mark.parametrize("channel", OURS)
@given(data=st.data())
@settings(deadline=None)
def test_what_was_taken_is_handled_to_its_end(channel: str, data: st.DataObject) -> None:
    """Behind the 200 nothing is left that cannot be handled: no dead letter, no fault."""
    house = House(EchoBot(), max_receives=6)
    house.webhook(_signed(channel, data.draw(mutated(channel))))
    house.rest()
    assert not house.inbound.dead()
    assert not house.outbound.dead()
    for conversation in house.table.all_conversations().values():
        escalation = conversation.escalation
        assert escalation is None or escalation.reason != "fault"
