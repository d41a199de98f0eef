"""What a messenger's answer means, code by code."""

import json
from typing import Any

import pytest

from channels import reasons
from channels.base import Outcome, ProviderResponse, Refused, RetryAfter, Sent
from channels.telegram import CHANNEL as TELEGRAM
from channels.whatsapp import CHANNEL as WHATSAPP
from channels.whatsapp_errors import reason_of


def whatsapp(status: int, body: object, **headers: str) -> Outcome:
    return WHATSAPP.outcome(ProviderResponse(status, json.dumps(body).encode(), headers))


def telegram(status: int, body: object) -> Outcome:
    return TELEGRAM.outcome(ProviderResponse(status, json.dumps(body).encode()))


def test_whatsapp_accepts_with_an_id() -> None:
    """A 200 names the message that was accepted."""
    answer = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.1"}]}
    assert whatsapp(200, answer) == Sent("wamid.1")
    assert WHATSAPP.outcome(ProviderResponse(200, b"odd")) == Sent("")


@pytest.mark.parametrize("code", [4, 80007, 130429, 131048, 133016])
def test_whatsapp_pauses_the_account(code: int) -> None:
    """Limits of the account hold everything that it sends."""
    outcome = whatsapp(400, {"error": {"code": code}})
    assert isinstance(outcome, RetryAfter)
    assert outcome.account
    assert outcome.seconds > 0


@pytest.mark.parametrize("code", [131056, 131016, 131000, 131053])
def test_whatsapp_retries_one_message(code: int) -> None:
    """One customer's limit, and trouble at Meta, hold nobody else up."""
    outcome = whatsapp(400, {"error": {"code": code}})
    assert isinstance(outcome, RetryAfter)
    assert not outcome.account


WHATSAPP_REFUSALS = [
    (131047, reasons.WINDOW_CLOSED),
    (131026, reasons.NOT_REACHABLE),
    (131021, reasons.NOT_REACHABLE),
    (131062, reasons.NOT_REACHABLE),
    (131050, reasons.OPTED_OUT),
    (0, reasons.TOKEN_INVALID),
    (190, reasons.TOKEN_INVALID),
    *[(code, reasons.ACCOUNT_RESTRICTED) for code in (3, 10, 200, 299, 368, 131031, 131042)],
    *[
        (code, reasons.TEMPLATE)
        for code in (132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018)
    ],
    (100, reasons.BAD_REQUEST),
    (999999, reasons.BAD_REQUEST),
]


@pytest.mark.parametrize(("code", "reason"), WHATSAPP_REFUSALS)
def test_whatsapp_refuses_for_a_reason(code: int, reason: str) -> None:
    """A refusal is told in a word of ours and with Meta's code, whatever the title says."""
    answer = {"error": {"code": code, "message": "(#4) rate limit", "type": "OAuthException"}}
    assert whatsapp(400, answer) == Refused(reason, str(code))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, {}, RetryAfter(60)),
        (500, {}, RetryAfter(5, account=False)),
        (503, "<html>", RetryAfter(5, account=False)),
        (401, {}, Refused(reasons.TOKEN_INVALID, "401")),
        (413, {}, Refused(reasons.TOO_LONG, "413")),
        (404, {"error": {"code": "odd"}}, Refused(reasons.BAD_REQUEST, "odd")),
        (200, {"error": {"code": 131047}}, Refused(reasons.WINDOW_CLOSED, "131047")),
        (500, {"error": {"code": 131047}}, Refused(reasons.WINDOW_CLOSED, "131047")),
    ],
)
def test_whatsapp_answers_without_a_known_code(status: int, body: Any, outcome: Outcome) -> None:
    """The code rules; without a known one the status does."""
    assert whatsapp(status, body) == outcome


def test_whatsapp_tells_how_long_to_wait() -> None:
    """Retry-After is taken where it is a number."""
    assert whatsapp(429, {}, **{"retry-after": "7"}) == RetryAfter(7)
    assert whatsapp(429, {}, **{"retry-after": "soon"}) == RetryAfter(60)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("131047", reasons.WINDOW_CLOSED),
        ("131048", reasons.THROTTLED),
        ("131000", reasons.PROVIDER_ERROR),
        ("1" * 5000, reasons.PROVIDER_ERROR),
        ("", reasons.PROVIDER_ERROR),
        ("٣", reasons.PROVIDER_ERROR),
    ],
)
def test_whatsapp_failures_that_come_later_have_a_reason(code: str, reason: str) -> None:
    """A failed status is told in the same words as a refused call."""
    assert reason_of(code) == reason
    assert reason in reasons.REASONS


TELEGRAM_ANSWERS = [
    (200, {"ok": True, "result": {"message_id": 42}}, Sent("42")),
    (429, {"error_code": 429, "parameters": {"retry_after": 14}}, RetryAfter(14)),
    (429, {"error_code": 429, "parameters": {"retry_after": 0}}, RetryAfter(1)),
    (429, {}, RetryAfter(30)),
    (403, {"error_code": 403, "description": "Forbidden: bot was blocked by the user"}, "blocked"),
    (403, {"error_code": 403, "description": "Forbidden: user is deactivated"}, "blocked"),
    (401, {"error_code": 401, "description": "Unauthorized"}, "token_invalid"),
    (404, {"error_code": 404, "description": "Not Found"}, "token_invalid"),
    (400, {"error_code": 400, "description": "Bad Request: chat not found"}, "not_reachable"),
    (400, {"error_code": 400, "description": "Bad Request: message is too long"}, "too_long"),
    (400, {"error_code": 400, "description": "Bad Request: can't parse entities"}, "bad_request"),
    (
        400,
        {
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": -1001},
        },
        "not_reachable",
    ),
    (413, {"error_code": 413, "description": "Request Entity Too Large"}, "too_long"),
    (500, {"error_code": 500}, RetryAfter(5, account=False)),
    (502, "<html>", RetryAfter(5, account=False)),
    (200, {"ok": False, "error_code": 403}, "blocked"),
]


@pytest.mark.parametrize(("status", "body", "expected"), TELEGRAM_ANSWERS)
def test_telegram_answers(status: int, body: Any, expected: Outcome | str) -> None:
    """Waits hold the bot, refusals are told in our words, trouble at Telegram is repeated."""
    outcome = telegram(status, body)
    if isinstance(expected, str):
        assert isinstance(outcome, Refused)
        assert outcome.reason == expected
        assert outcome.reason in reasons.REASONS
        assert outcome.code
    else:
        assert outcome == expected
