"""Whatever stands in a token or around it: the house says no, and never breaks."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.errors import Unauthorized
from tests.unit.webchat.company import claims, company, token
from tests.unit.webchat.house import NOW, House
from webchat.signed import customer_of

COMPANY = company()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
NAMES = ["iss", "aud", "sub", "exp", "nbf", "iat", "name", "locale", "customer_number"]


@given(changed=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
@settings(deadline=None)
def test_odd_claims_are_refused_or_left_out(changed: dict[str, Any]) -> None:
    """The company's own signature under nonsense: no exception but a refusal, and only lines."""
    try:
        customer = customer_of(token(json.dumps(claims() | changed)), COMPANY, NOW)
    except Unauthorized:
        return
    assert customer.subject
    for value in (customer.subject, customer.name, *customer.signed_in.claims.values()):
        assert value.isprintable()
        assert len(value) <= 255


@given(head=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip"]), JSON))
@settings(deadline=None)
def test_odd_heads_let_nobody_in(head: dict[str, Any]) -> None:
    """Unless it names the algorithm of a key of ours, no head makes a token good."""
    if head.get("alg") == "ES256":
        return
    try:
        customer_of(token(claims(), head=head), COMPANY, NOW)
    except Unauthorized:
        return
    raise AssertionError("somebody got in")


@given(parts=st.lists(st.text("abcABC019-_", max_size=60), min_size=3, max_size=3))
@settings(deadline=None)
def test_any_three_words_are_a_401(parts: list[str]) -> None:
    """What only looks like a token is answered with a problem."""
    house = House(company=lambda: COMPANY)
    answer = house.call("GET", "messages", token=".".join(parts))
    assert answer.status == 401
