"""Say what the error codes of the WhatsApp Cloud API mean: by code, never by title.

Source: the error-codes page of the Cloud API's documentation.
"""

import re
from collections.abc import Mapping

from channels import reasons
from channels.base import Outcome, Refused, RetryAfter

_WAITS: Mapping[int, RetryAfter] = {
    # The account sends too much, or is being looked at.
    4: RetryAfter(60),
    80007: RetryAfter(60),
    130429: RetryAfter(5),
    131048: RetryAfter(600),
    133016: RetryAfter(600),
    131057: RetryAfter(300),
    # Too fast for this one customer: about a message in six seconds.
    131056: RetryAfter(6, account=False),
    # Trouble at Meta; says nothing about the account's other messages.
    1: RetryAfter(30, account=False),
    2: RetryAfter(30, account=False),
    131000: RetryAfter(30, account=False),
    131016: RetryAfter(30, account=False),
    131053: RetryAfter(30, account=False),
}

_REASONS: Mapping[int, str] = {
    131047: reasons.WINDOW_CLOSED,
    470: reasons.WINDOW_CLOSED,
    # 131026 is "undeliverable" and does not say whether the customer blocked us.
    131026: reasons.NOT_REACHABLE,
    131021: reasons.NOT_REACHABLE,
    131062: reasons.NOT_REACHABLE,
    # General knowledge: Meta holds marketing back from this customer; other messages arrive.
    130472: reasons.THROTTLED,
    131049: reasons.THROTTLED,
    131050: reasons.OPTED_OUT,
    0: reasons.TOKEN_INVALID,
    190: reasons.TOKEN_INVALID,
    **dict.fromkeys((3, 10, *range(200, 300)), reasons.ACCOUNT_RESTRICTED),
    **dict.fromkeys(
        (368, 130497, 131005, 131030, 131031, 131037, 131042, 131045, 133010),
        reasons.ACCOUNT_RESTRICTED,
    ),
    # 132018 is general knowledge: a value with a new line, a tab or a row of spaces.
    **dict.fromkeys((*range(132000, 132017), 132018), reasons.TEMPLATE),
}


def outcome_of(code: int) -> Outcome | None:
    """Return what a code means for the call that it answers, None where we don't know it."""
    if code in _WAITS:
        return _WAITS[code]
    return Refused(_REASONS[code], str(code)) if code in _REASONS else None


def reason_of(code: str) -> str:
    """Return why a message failed that had been accepted: `code` as the webhook tells it."""
    known = outcome_of(int(code)) if re.fullmatch("[0-9]{1,9}", code) else None
    if isinstance(known, Refused):
        return known.reason
    if isinstance(known, RetryAfter) and known.account:
        return reasons.THROTTLED
    return reasons.PROVIDER_ERROR
