"""Every error code of four messengers: what is done about it, and why.

A row is a code as the messenger tells it, a decision, and the reason for the decision. A code that
the channels know and that has no row here is a mistake, so that none comes in unconsidered.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest

from channels import messenger_errors, reasons, whatsapp_errors
from channels.base import Outcome, ProviderResponse, Refused, RetryAfter
from channels.registry import CHANNELS

ACCOUNT, MESSAGE = "all of the account waits", "this message waits"


class Row(NamedTuple):
    """`decision`: one of the waits above, or the word of a refusal."""

    code: int
    decision: str
    why: str
    subcode: int | None = None


def rows(codes: Iterable[int], decision: str, why: str) -> list[Row]:
    """Return a row for each of a range of codes that are alike."""
    return [Row(code, decision, why) for code in codes]


WHATSAPP = [
    Row(4, ACCOUNT, "the app made too many calls: whatever it sends next is refused as well"),
    Row(80007, ACCOUNT, "the business account's limit"),
    Row(130429, ACCOUNT, "more messages a second than the number may send"),
    Row(131048, ACCOUNT, "held for spam: more of it makes it worse"),
    Row(133016, ACCOUNT, "registered and unregistered too often"),
    Row(131057, ACCOUNT, "the account is being maintained"),
    Row(131056, MESSAGE, "too fast for one customer; others are not concerned"),
    Row(131016, MESSAGE, "overloaded at Meta: it goes by"),
    Row(131000, MESSAGE, "something at Meta; it may have been taken"),
    Row(131053, MESSAGE, "a file could not be fetched: the next time it may"),
    Row(1, MESSAGE, "unknown to Meta too: it goes by"),
    Row(2, MESSAGE, "down for a moment"),
    Row(131047, reasons.WINDOW_CLOSED, "24 hours are over: a template, or nothing"),
    Row(470, reasons.WINDOW_CLOSED, "the same, by its old code"),
    Row(131026, reasons.NOT_REACHABLE, "undeliverable; may be a block, Meta does not say"),
    Row(131021, reasons.NOT_REACHABLE, "sender and recipient are one"),
    Row(131062, reasons.NOT_REACHABLE, "a business-scoped id will not do for this message"),
    Row(130472, reasons.THROTTLED, "the customer is part of an experiment of Meta's"),
    Row(131049, reasons.THROTTLED, "Meta keeps it back for the ecosystem's sake"),
    Row(131050, reasons.OPTED_OUT, "the customer wants no marketing"),
    Row(0, reasons.TOKEN_INVALID, "the token was not taken"),
    Row(190, reasons.TOKEN_INVALID, "the token has expired or was revoked"),
    Row(3, reasons.ACCOUNT_RESTRICTED, "the app may not do this"),
    Row(10, reasons.ACCOUNT_RESTRICTED, "a permission is missing"),
    *rows(range(200, 300), reasons.ACCOUNT_RESTRICTED, "a permission is missing"),
    Row(368, reasons.ACCOUNT_RESTRICTED, "blocked for a breach of the policy"),
    Row(130497, reasons.ACCOUNT_RESTRICTED, "may not write to this country"),
    Row(131005, reasons.ACCOUNT_RESTRICTED, "access denied"),
    Row(131030, reasons.ACCOUNT_RESTRICTED, "a test number may only write to its list"),
    Row(131031, reasons.ACCOUNT_RESTRICTED, "the account is locked"),
    Row(131037, reasons.ACCOUNT_RESTRICTED, "the display name is not approved"),
    Row(131042, reasons.ACCOUNT_RESTRICTED, "a matter of payment"),
    Row(131045, reasons.ACCOUNT_RESTRICTED, "the number's certificate"),
    Row(133010, reasons.ACCOUNT_RESTRICTED, "the number is not registered"),
    *rows(range(132000, 132017), reasons.TEMPLATE, "the template, its values or its state"),
    Row(132018, reasons.TEMPLATE, "a value of the template has a form that is not allowed"),
    Row(100, reasons.BAD_REQUEST, "our mistake: a parameter"),
    Row(131008, reasons.BAD_REQUEST, "our mistake: a parameter is missing"),
    Row(131009, reasons.BAD_REQUEST, "our mistake: a value"),
    Row(131051, reasons.BAD_REQUEST, "our mistake: a kind of message that there is not"),
    Row(424242, reasons.BAD_REQUEST, "nobody knows this code: repeating it helps nobody"),
]

SEND_API = [
    Row(4, ACCOUNT, "the app made too many calls"),
    Row(17, ACCOUNT, "the token's user did"),
    Row(32, ACCOUNT, "the page did"),
    Row(341, ACCOUNT, "a limit of the app, for longer"),
    Row(613, ACCOUNT, "too many sends"),
    Row(80002, ACCOUNT, "Instagram's limit of the account"),
    Row(80006, ACCOUNT, "the page's limit for Messenger"),
    Row(1, MESSAGE, "unknown to Meta too"),
    Row(
        2,
        MESSAGE,
        "retry later; comes as well where a customer blocked us, so the deadline ends it",
    ),
    Row(1200, MESSAGE, "down for a moment"),
    Row(10, reasons.WINDOW_CLOSED, "24 hours are over", 2018278),
    Row(10, reasons.WINDOW_CLOSED, "the same, by its old subcode", 2018065),
    Row(10, reasons.WINDOW_CLOSED, "the same on Instagram", 2534022),
    Row(10, reasons.BLOCKED, "this person takes no messages from us", 2018108),
    Row(10, reasons.ACCOUNT_RESTRICTED, "a permission is missing"),
    Row(200, reasons.BLOCKED, "this person is not available to us", 1545041),
    Row(200, reasons.BLOCKED, "this person takes no messages from us", 2018108),
    Row(100, reasons.NOT_REACHABLE, "no such customer", 2018001),
    Row(100, reasons.NOT_REACHABLE, "no such customer on Instagram", 2534014),
    Row(100, reasons.BAD_REQUEST, "our mistake: a parameter"),
    Row(551, reasons.NOT_REACHABLE, "this person is not available now", 1545041),
    Row(551, reasons.NOT_REACHABLE, "the same without a subcode"),
    Row(0, reasons.TOKEN_INVALID, "the token was not taken"),
    Row(102, reasons.TOKEN_INVALID, "the session is over"),
    Row(190, reasons.TOKEN_INVALID, "the token has expired or was revoked"),
    Row(3, reasons.ACCOUNT_RESTRICTED, "the app may not do this"),
    Row(368, reasons.ACCOUNT_RESTRICTED, "blocked for a breach of the policy"),
    *rows(range(200, 300), reasons.ACCOUNT_RESTRICTED, "a permission is missing"),
    Row(424242, reasons.BAD_REQUEST, "nobody knows this code: repeating it helps nobody"),
]


def _decision(outcome: Outcome) -> str:
    if isinstance(outcome, RetryAfter):
        assert outcome.seconds > 0
        return ACCOUNT if outcome.account else MESSAGE
    assert isinstance(outcome, Refused)
    assert outcome.reason in reasons.REASONS
    return outcome.reason


def _answer(channel: str, status: int, body: Any, **headers: str) -> Outcome:
    return CHANNELS[channel].outcome(ProviderResponse(status, json.dumps(body).encode(), headers))


def _named(row: Row) -> str:
    return f"{row.code}" if row.subcode is None else f"{row.code}/{row.subcode}"


def _error(row: Row) -> dict[str, Any]:
    error: dict[str, Any] = {"code": row.code, "message": "(#4) wait", "type": "OAuthException"}
    return {"error": error if row.subcode is None else {**error, "error_subcode": row.subcode}}


@pytest.mark.parametrize("status", [400, 500], ids=["told as refusal", "told as trouble"])
@pytest.mark.parametrize("row", WHATSAPP, ids=_named)
def test_whatsapp(row: Row, status: int) -> None:
    """The code decides, whatever status and title come with it, save a code that nobody knows."""
    if status == 500 and row.code not in {*whatsapp_errors._WAITS, *whatsapp_errors._REASONS}:
        assert _decision(_answer("whatsapp", status, _error(row))) == MESSAGE
    else:
        assert _decision(_answer("whatsapp", status, _error(row))) == row.decision, row.why


@pytest.mark.parametrize("row", WHATSAPP, ids=_named)
def test_whatsapp_by_a_status_that_comes_later(row: Row) -> None:
    """What was accepted first and failed then is told in the same words; it is too late to wait."""
    later = {ACCOUNT: reasons.THROTTLED, MESSAGE: reasons.PROVIDER_ERROR}
    unknown = row.decision == reasons.BAD_REQUEST
    expected = reasons.PROVIDER_ERROR if unknown else later.get(row.decision, row.decision)
    assert whatsapp_errors.reason_of(str(row.code)) == expected, row.why


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize("row", SEND_API, ids=_named)
def test_messenger_and_instagram(channel: str, row: Row) -> None:
    """Code and subcode decide; the title says something else on purpose."""
    assert _decision(_answer(channel, 400, _error(row))) == row.decision, row.why


TELEGRAM = [
    (429, "Too Many Requests: retry after 14", ACCOUNT, "more than the bot may send"),
    (500, "Internal Server Error", MESSAGE, "it goes by"),
    (502, "Bad Gateway", MESSAGE, "it goes by"),
    (504, "Gateway Timeout", MESSAGE, "it goes by, and may have been taken"),
    (403, "Forbidden: bot was blocked by the user", reasons.BLOCKED, "the customer's will"),
    (403, "Forbidden: user is deactivated", reasons.BLOCKED, "there is nobody any more"),
    (403, "Forbidden: bot can't initiate conversation", reasons.BLOCKED, "never started"),
    (401, "Unauthorized", reasons.TOKEN_INVALID, "the token was revoked"),
    (404, "Not Found", reasons.TOKEN_INVALID, "no bot has this token"),
    (400, "Bad Request: chat not found", reasons.NOT_REACHABLE, "there is no such chat"),
    (400, "Bad Request: message is too long", reasons.TOO_LONG, "over 4,096 characters"),
    (413, "Request Entity Too Large", reasons.TOO_LONG, "a file over the limit"),
    (400, "Bad Request: can't parse entities", reasons.BAD_REQUEST, "we send no markup at all"),
    (400, "Bad Request: something new", reasons.BAD_REQUEST, "a mistake of ours"),
]


@pytest.mark.parametrize(("code", "said", "decision", "why"), TELEGRAM)
def test_telegram(code: int, said: str, decision: str, why: str) -> None:
    """Telegram has no codes beyond HTTP's; 400 is told apart by its description."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": said}
    assert _decision(_answer("telegram", code, body)) == decision, why


def test_no_code_is_known_without_a_row() -> None:
    """Whoever adds a code to a channel says here what for."""
    told = {row.code for row in WHATSAPP}
    assert {*whatsapp_errors._WAITS, *whatsapp_errors._REASONS} <= told
    told = {row.code for row in SEND_API if row.subcode is None}
    assert {*messenger_errors._WAITS, *messenger_errors._REASONS} <= told
    pairs = {(row.code, row.subcode) for row in SEND_API}
    assert messenger_errors._SUBCODES.keys() <= pairs


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "instagram"])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("900", 900), ("7", 7), ("0", 1), ("soon", None), ("-5", None), ("9" * 9, None)],
)
def test_how_long_to_wait_is_the_messengers_to_say(
    channel: str, asked: str, seconds: int | None
) -> None:
    """Retry-After rules over what is usual for a code; what is no number of seconds does not."""
    usual = _answer(channel, 429, {"error": {"code": 4}})
    said = _answer(channel, 429, {"error": {"code": 4}}, **{"retry-after": asked})
    assert isinstance(usual, RetryAfter)
    assert said == RetryAfter(usual.seconds if seconds is None else seconds)
