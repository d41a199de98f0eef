"""Read the company's signed token: a JSON Web Token (RFC 7519) that says who the customer is.

Whatever is wrong with it is told to whoever sent it, since a page's author has to find it; nobody
is let in by half of it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.errors import Unauthorized
from conversation.signed_in import SignedIn
from conversation.understanding import Language
from webchat.company import Company

LEEWAY = 60
"""By how many seconds two clocks may differ."""

_FORM = re.compile(
    r"Bearer ([\w-]{2,4096}\.[\w-]{2,8192}\.[\w-]{0,2048})", re.IGNORECASE | re.ASCII
)
_LONGEST = 255
"""How many characters a claim may have; OpenID Connect allows `sub` as many."""


@dataclass(frozen=True)
class Customer:
    """Who the company says is writing; `subject` is the company's own id of them."""

    subject: str
    name: str
    signed_in: SignedIn


def signed_token(authorization: str | None) -> str | None:
    """Return a token that has the form of a signed one, None where there is no such."""
    match = _FORM.fullmatch(authorization or "")
    return match[1] if match else None


def customer_of(token: str, company: Company, now: int) -> Customer:
    """Return whom a token names at a moment (ms). Raises Unauthorized, which says what is wrong."""
    claims = company.claims_of(token)
    _check_times(claims, now / 1000)
    subject = _text(claims.get("sub"))
    if not subject:
        raise Unauthorized("The token does not say who the customer is (sub).")
    taken = {name: _text(claims.get(name)) for name in company.claims.split()}
    return Customer(
        subject=subject,
        name=_text(claims.get("name")),
        signed_in=SignedIn(
            claims={name: value for name, value in taken.items() if value},
            language=_language(_text(claims.get("locale"))),
        ),
    )


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    ends, begins = _number(claims.get("exp")), _number(claims.get("nbf", 0))
    if ends is None or begins is None:
        raise Unauthorized("The token does not say until when it is valid (exp).")
    if now >= ends + LEEWAY:
        raise Unauthorized("The token has expired: get a new one.")
    if now < begins - LEEWAY:
        raise Unauthorized("The token is not valid yet (nbf).")


def _number(value: object) -> float | None:
    """Return a time in seconds, None where it is none: `1e999` is no time that ever comes."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < 1e12 and math.isfinite(value) else None


def _text(value: object) -> str:
    """Return a claim as one line that can be stored, "" where it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    fits = isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST
    return value.strip() if isinstance(value, str) and fits else ""


def _language(tag: str) -> Language | None:
    languages: dict[str, Language] = {"de": "de", "en": "en"}
    return languages.get(re.split("[-_]", tag.lower())[0])
