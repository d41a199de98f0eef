"""What the Send API's answers mean, code by code, on Messenger and Instagram."""

import json
from typing import Any

import pytest

from channels import reasons
from channels.base import Outcome, ProviderResponse, Refused, RetryAfter, Sent
from channels.registry import CHANNELS

BOTH = pytest.mark.parametrize("name", ["messenger", "instagram"])


def outcome(name: str, status: int, body: Any, **headers: str) -> Outcome:
    answer = ProviderResponse(status, json.dumps(body).encode(), headers)
    return CHANNELS[name].outcome(answer)


def refused(code: int, subcode: int | None = None) -> Any:
    error = {"code": code, "message": "(#4) Application request limit reached"}
    return {"error": error if subcode is None else {**error, "error_subcode": subcode}}


@BOTH
def test_accepted_with_an_id(name: str) -> None:
    """A 200 names the message that was accepted."""
    assert outcome(name, 200, {"recipient_id": "1", "message_id": "m_1"}) == Sent("m_1")
    assert outcome(name, 200, []) == Sent("")


@BOTH
@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80002, 80006])
def test_limits_pause_the_account(name: str, code: int) -> None:
    """Whoever sends too much waits with all of it."""
    waits = outcome(name, 400, refused(code))
    assert isinstance(waits, RetryAfter)
    assert waits.account
    assert waits.seconds > 0


@BOTH
@pytest.mark.parametrize("code", [1, 2, 1200])
def test_trouble_at_meta_holds_nobody_else(name: str, code: int) -> None:
    """What may be one customer's alone is tried again alone."""
    waits = outcome(name, 500, refused(code))
    assert isinstance(waits, RetryAfter)
    assert not waits.account


@BOTH
@pytest.mark.parametrize(
    ("code", "subcode", "reason"),
    [
        (10, 2018278, reasons.WINDOW_CLOSED),
        (10, 2018065, reasons.WINDOW_CLOSED),
        (10, 2534022, reasons.WINDOW_CLOSED),
        (10, None, reasons.ACCOUNT_RESTRICTED),
        (10, 1, reasons.ACCOUNT_RESTRICTED),
        (551, 1545041, reasons.NOT_REACHABLE),
        (551, None, reasons.NOT_REACHABLE),
        (200, 1545041, reasons.BLOCKED),
        (200, 2018108, reasons.BLOCKED),
        (200, None, reasons.ACCOUNT_RESTRICTED),
        (299, None, reasons.ACCOUNT_RESTRICTED),
        (368, None, reasons.ACCOUNT_RESTRICTED),
        (3, None, reasons.ACCOUNT_RESTRICTED),
        (0, None, reasons.TOKEN_INVALID),
        (190, 463, reasons.TOKEN_INVALID),
        (100, 2018001, reasons.NOT_REACHABLE),
        (100, 2534014, reasons.NOT_REACHABLE),
        (100, None, reasons.BAD_REQUEST),
        (4711, 7, reasons.BAD_REQUEST),
    ],
)
def test_refusals(name: str, code: int, subcode: int | None, reason: str) -> None:
    """A refusal is told in a word of ours, by code and subcode, whatever the message says."""
    known = outcome(name, 400, refused(code, subcode))
    assert isinstance(known, Refused)
    assert known.reason == reason
    assert known.code in {str(code), f"{code}/{subcode}"}


@BOTH
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, {}, RetryAfter(60)),
        (503, "<html>", RetryAfter(5, account=False)),
        (401, {}, Refused(reasons.TOKEN_INVALID, "401")),
        (413, {}, Refused(reasons.TOO_LONG, "413")),
        (400, {"error": {"code": "odd", "error_subcode": []}}, Refused("bad_request", "odd")),
        (400, {"error": {"code": 10, "error_subcode": [1]}}, Refused("account_restricted", "10")),
        (200, refused(10, 2018278), Refused(reasons.WINDOW_CLOSED, "10/2018278")),
    ],
)
def test_answers_without_a_known_code(name: str, status: int, body: Any, expected: Outcome) -> None:
    """The code rules; without a known one the status does."""
    assert outcome(name, status, body) == expected


@BOTH
def test_meta_tells_how_long_to_wait(name: str) -> None:
    """Retry-After is taken where it is a number."""
    assert outcome(name, 429, {}, **{"retry-after": "7"}) == RetryAfter(7)
