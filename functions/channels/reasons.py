"""Name why a messenger refuses a message: the words that the desk translates for agents."""

from typing import Final

WINDOW_CLOSED: Final = "window_closed"
"""The messaging window is over: only a template, or the customer writing again, opens it."""
BLOCKED: Final = "blocked"
"""The customer blocked us, left, or never started the bot."""
OPTED_OUT: Final = "opted_out"
"""The customer does not want this kind of message."""
NOT_REACHABLE: Final = "not_reachable"
"""The messenger cannot deliver to this customer."""
TOKEN_INVALID: Final = "token_invalid"  # noqa: S105  a word, not a token
"""Our access token is wrong or has expired: operators must connect the channel again."""
ACCOUNT_RESTRICTED: Final = "account_restricted"
"""The account may not do this: permission, payment, policy, or set-up."""
TEMPLATE: Final = "template"
"""A message template is missing, paused or does not fit."""
TOO_LONG: Final = "too_long"
BAD_REQUEST: Final = "bad_request"
"""The messenger does not understand what we sent: a mistake of ours."""
THROTTLED: Final = "throttled"
"""Told only after the send was accepted: too many messages for this account or customer."""
PROVIDER_ERROR: Final = "provider_error"
"""Told only after the send was accepted: trouble at the messenger."""

REASONS: Final = (
    WINDOW_CLOSED,
    BLOCKED,
    OPTED_OUT,
    NOT_REACHABLE,
    TOKEN_INVALID,
    ACCOUNT_RESTRICTED,
    TEMPLATE,
    TOO_LONG,
    BAD_REQUEST,
    THROTTLED,
    PROVIDER_ERROR,
)
