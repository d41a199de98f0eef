"""Say what the error codes of the Send API mean, on Messenger and Instagram: by code, then subcode.

Source: the error-codes page of the Messenger Platform's documentation; the subcodes of a blocked
or unavailable customer are general knowledge and not in it.
"""

from collections.abc import Mapping

from channels import reasons
from channels.base import Outcome, Refused, RetryAfter
from channels.loose import Json

_WAITS: Mapping[int, RetryAfter] = {
    # The app, the page or the account sends too much.
    4: RetryAfter(60),
    17: RetryAfter(60),
    32: RetryAfter(60),
    341: RetryAfter(600),
    613: RetryAfter(30),
    80002: RetryAfter(60),
    80006: RetryAfter(60),
    # Trouble at Meta. 2 also comes where the customer blocked us: the deadline ends the repeats.
    1: RetryAfter(30, account=False),
    2: RetryAfter(60, account=False),
    1200: RetryAfter(30, account=False),
}

_SUBCODES: Mapping[tuple[int, int], str] = {
    # Outside of the messaging window; the last one is Instagram's.
    (10, 2018065): reasons.WINDOW_CLOSED,
    (10, 2018278): reasons.WINDOW_CLOSED,
    (10, 2534022): reasons.WINDOW_CLOSED,
    (10, 2018108): reasons.BLOCKED,
    (200, 1545041): reasons.BLOCKED,
    (200, 2018108): reasons.BLOCKED,
    # No such customer.
    (100, 2018001): reasons.NOT_REACHABLE,
    (100, 2534014): reasons.NOT_REACHABLE,
}

_REASONS: Mapping[int, str] = {
    551: reasons.NOT_REACHABLE,
    0: reasons.TOKEN_INVALID,
    102: reasons.TOKEN_INVALID,
    190: reasons.TOKEN_INVALID,
    100: reasons.BAD_REQUEST,
    **dict.fromkeys((3, 10, 368, *range(200, 300)), reasons.ACCOUNT_RESTRICTED),
}


def outcome_of(error: Json) -> Outcome | None:
    """Return what the `error` of an answer means, None where we don't know its code.

    A refusal's code is `code` or `code/subcode`.
    """
    code, subcode = error.get("code"), error.get("error_subcode")
    if not isinstance(code, int):
        return None
    if code in _WAITS:
        return _WAITS[code]
    named = f"{code}/{subcode}" if isinstance(subcode, int) else str(code)
    if isinstance(subcode, int) and (code, subcode) in _SUBCODES:
        return Refused(_SUBCODES[code, subcode], named)
    return Refused(_REASONS[code], named) if code in _REASONS else None
