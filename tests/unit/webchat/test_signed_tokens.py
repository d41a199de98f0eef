"""The company's signed token: who holds a good one is its customer, and nobody by another."""

import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from conversation.errors import Unauthorized
from tests.unit.webchat.company import (
    AUDIENCE,
    KEYS,
    RSA,
    SECONDS,
    SIGN,
    by_secret,
    claims,
    company,
    text,
    token,
)
from tests.unit.webchat.house import NOW
from webchat.keys import BadKeys, read_keys
from webchat.signed import LEEWAY, customer_of, signed_token


@pytest.mark.parametrize("algorithm", sorted(SIGN))
def test_every_kind_of_key_lets_its_own_tokens_in(algorithm: str) -> None:
    """Shared secret, RSA, P-256 or Ed25519: what the key signed says who the customer is."""
    said = claims(name="Erika Sommer", locale="de-DE", customer_number="4711023", phone="1")

    customer = customer_of(token(said, algorithm), company(algorithm), NOW)

    assert (customer.subject, customer.name) == ("c-17", "Erika Sommer")
    assert customer.signed_in.claims == {"customer_number": "4711023"}
    assert customer.signed_in.language == "de"


PUBLIC_PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def _with_public_key_as_secret(signed: bytes) -> bytes:
    return hmac.digest(PUBLIC_PEM, signed, "sha256")


FORGED: dict[str, str] = {
    "unsigned": token(claims(), head={"alg": "none"}, sign=lambda _: b""),
    "unsigned, in capitals": token(claims(), head={"alg": "NONE"}, sign=lambda _: b""),
    "no algorithm": token(claims(), head={}, sign=by_secret),
    "signed with the public key": token(
        claims(), head={"alg": "HS256", "kid": "r"}, sign=_with_public_key_as_secret
    ),
    "another algorithm named": token(
        claims(), head={"alg": "RS512", "kid": "r"}, sign=SIGN["RS256"]
    ),
    "a list of algorithms": token(claims(), head={"alg": ["ES256"]}, sign=SIGN["ES256"]),
    "an empty signature": token(claims(), sign=lambda _: b""),
    "zeros for a signature": token(claims(), sign=lambda _: bytes(64)),
    "another key's name": token(claims(), head={"alg": "ES256", "kid": "r"}),
    "a key nobody knows": token(claims(), head={"alg": "ES256", "kid": "new"}),
    "a key of its own": token(
        claims(), head={"alg": "HS256", "jwk": {"kty": "oct", "k": "eA"}}, sign=lambda _: b"x"
    ),
    "unknown extensions": token(claims(), head={"alg": "ES256", "crit": ["b64"], "b64": False}),
    "expired": token(claims(exp=SECONDS - LEEWAY)),
    "never expires": token(claims(exp=None)),
    "expires at infinity": token(
        '{"iss":"https://portal.example","aud":"pforte","sub":"x","exp":1e999}'
    ),
    "expiry is a word": token(claims(exp=str(SECONDS + 300))),
    "expiry is yes": token(claims(exp=True)),
    "not valid yet": token(claims(nbf=SECONDS + LEEWAY + 1)),
    "another issuer": token(claims(iss="https://evil.example")),
    "no issuer": token(claims(iss=None)),
    "another audience": token(claims(aud="shop")),
    "other audiences": token(claims(aud=["shop", "pforte2"])),
    "no audience": token(claims(aud=None)),
    "no subject": token(claims(sub=None)),
    "an empty subject": token(claims(sub="  ")),
    "a subject in lines": token(claims(sub="a\nb")),
    "half a letter for a subject": token(claims(sub="\ud800")),
    "a very long subject": token(claims(sub="x" * 256)),
    "no object": token("[1]"),
    "no JSON": token("{"),
    "endless JSON": token("[" * 3000),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_worn_out_token_lets_nobody_in(name: str) -> None:
    """Whatever is not signed by a connected key, for us, now, and by name, is refused."""
    with pytest.raises(Unauthorized):
        customer_of(FORGED[name], company("RS256", "ES256", "EdDSA", "HS256"), NOW)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_token_lets_nobody_in(part: int) -> None:
    """A letter changed anywhere breaks the signature."""
    parts = token(claims(), "EdDSA").split(".")
    first = "A" if parts[part][4] != "A" else "B"
    parts[part] = parts[part][:4] + first + parts[part][5:]
    with pytest.raises(Unauthorized):
        customer_of(".".join(parts), company("EdDSA"), NOW)


def test_clocks_may_differ_by_a_minute() -> None:
    """A token that ended a moment ago, or begins in one, is still good."""
    ended = token(claims(exp=SECONDS - LEEWAY + 1))
    begins = token(claims(nbf=SECONDS + LEEWAY))
    for each in (ended, begins):
        assert customer_of(each, company(), NOW).subject == "c-17"


def test_a_new_key_works_beside_the_old_one() -> None:
    """While one key replaces another, tokens of both are taken, each by its own key alone."""
    old, new = {**KEYS["ES256"], "kid": "2025"}, {**KEYS["EdDSA"], "kid": "2026"}
    both = company().model_copy(update={"keys": json.dumps({"keys": [old, new]})})
    for algorithm, kid in (("ES256", "2025"), ("EdDSA", "2026")):
        good = token(claims(), algorithm, head={"alg": algorithm, "kid": kid})
        assert customer_of(good, both, NOW).subject == "c-17"
    only_new = both.model_copy(update={"keys": json.dumps({"keys": [new]})})
    with pytest.raises(Unauthorized):
        customer_of(token(claims(), head={"alg": "ES256", "kid": "2025"}), only_new, NOW)


def test_an_audience_may_be_one_of_several() -> None:
    """`aud` is a text or a list of them (RFC 7519, 4.1.3)."""
    assert customer_of(token(claims(aud=["shop", AUDIENCE])), company(), NOW).subject == "c-17"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"customer_number": 4711023}, {"customer_number": "4711023"}),
        ({"customer_number": " 4711023 "}, {"customer_number": "4711023"}),
        ({"customer_number": True}, {}),
        ({"customer_number": ["4711023"]}, {}),
        ({"customer_number": "4\n7"}, {}),
        ({"email": "e@x.example", "iban": "DE89"}, {"email": "e@x.example"}),
    ],
)
def test_only_what_is_allowed_is_taken_and_only_as_a_line(
    given: dict[str, Any], taken: dict[str, str]
) -> None:
    """Claims that the settings do not name, or that are no short text, go no further."""
    said = token(claims(**given))
    customer = customer_of(said, company(claims="customer_number email"), NOW)
    assert customer.signed_in.claims == taken


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "[]",
        '{"keys": []}',
        '{"keys": [1]}',
        '{"keys": [{"kty": "oct"}]}',
        json.dumps({"keys": [{"kty": "oct", "k": text(b"x" * 31)}]}),
        json.dumps({"keys": [{**KEYS["RS256"], "n": text(b"\xff" * 128)}]}),
        json.dumps({"keys": [{**KEYS["RS256"], "alg": "RS512"}]}),
        json.dumps({"keys": [{**KEYS["ES256"], "d": "AQ"}]}),
        json.dumps({"keys": [{**KEYS["ES256"], "crv": "P-521"}]}),
        json.dumps({"keys": [{**KEYS["ES256"], "y": KEYS["ES256"]["x"]}]}),
    ],
)
def test_keys_that_protect_nothing_are_refused(keys: str) -> None:
    """Short secrets and keys, private ones, points beside the curve, other algorithms."""
    with pytest.raises(BadKeys):
        read_keys(keys)


@pytest.mark.parametrize(
    ("header", "is_one"),
    [
        ("Bearer aa.bb.cc", True),
        ("bearer aa.bb.", True),
        ("Bearer " + "a" * 43, False),
        ("Bearer aa.bb.cc.dd", False),
        ("Bearer aa.bb.cc\n", False),
        ("Bearer aä.bb.cc", False),
        ("Basic aa.bb.cc", False),
        (f"Bearer aa.{'b' * 9000}.cc", False),
        (None, False),
    ],
)
def test_what_has_the_form_of_a_signed_token(header: str | None, is_one: bool) -> None:
    """A visitor's secret has no dots, so nothing can be taken for both."""
    assert (signed_token(header) is not None) is is_one
