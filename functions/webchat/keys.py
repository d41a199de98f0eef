"""Check tokens with the company's keys. A key says by which algorithm it signs, never the token.

PyJWT and cryptography take a third of a second to import: whoever is not signed in never waits for
this module.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from jwt.exceptions import InvalidSubjectError

from conversation.errors import Unauthorized

SHORTEST_SECRET = 32
"""How many bytes a shared secret has at least (RFC 7518, 3.2)."""

SHORTEST_RSA = 2048
"""How many bits an RSA key has at least (RFC 7518, 3.3)."""

_ALGORITHMS = {
    ("oct", ""): "HS256",
    ("RSA", ""): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}
"""By kind and curve, the one algorithm (RFC 7518, 8037)."""

# By our own clock, which tests can set, `signed` checks the times.
_CHECKED: Any = {
    "require": ["exp", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


class BadKeys(ValueError):
    """The keys cannot be used; says why, and nothing of a secret."""


def read_keys(text: str) -> tuple[jwt.PyJWK, ...]:
    """Read a JSON Web Key Set (RFC 7517). Raises BadKeys where one of them cannot be used."""
    try:
        listed = json.loads(text)["keys"]
        keys = tuple(_key(each) for each in listed if each.get("use", "sig") == "sig")
    except BadKeys:
        raise
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        # from None: the library's words may quote the key
        raise BadKeys("these are no JSON Web Keys") from None
    if not keys:
        raise BadKeys("there is no key")
    return keys


def claims_of(
    token: str, keys: Sequence[jwt.PyJWK], issuer: str, audience: str
) -> Mapping[str, Any]:
    """Return what a token says that one of the keys signed, by its own algorithm and name.

    When it was valid is not looked at. Raises Unauthorized, which says what is wrong.
    """
    try:
        head = jwt.get_unverified_header(token)
        if "crit" in head:
            raise Unauthorized("The token has extensions (crit) that are not known here.")
        for key in keys:
            if head.get("alg") == key.algorithm_name and _is_meant(key, head):
                try:
                    return jwt.decode(
                        token, key, audience=audience, issuer=issuer, options=_CHECKED
                    )
                except jwt.InvalidSignatureError:
                    continue
    except jwt.InvalidIssuerError:
        raise Unauthorized("The token has another issuer (iss) than the one connected.") from None
    except jwt.InvalidAudienceError:
        raise Unauthorized("The token is for another audience (aud).") from None
    except InvalidSubjectError:
        raise Unauthorized("Who the customer is (sub) has to be a text.") from None
    except jwt.MissingRequiredClaimError as error:
        raise Unauthorized(f"The token does not say {error.claim}.") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        # from None: the library's words may quote the token
        raise Unauthorized("This is no JSON Web Token.") from None
    raise Unauthorized("None of the connected keys signed this token.")


def _is_meant(key: jwt.PyJWK, head: Mapping[str, Any]) -> bool:
    named = head.get("kid")
    return not key.key_id or named is None or named == key.key_id


def _key(key: Mapping[str, Any]) -> jwt.PyJWK:
    if key["kty"] != "oct" and "d" in key:
        raise BadKeys("a private key stays with whoever signs: give the public one")
    algorithm = _ALGORITHMS.get((key["kty"], key.get("crv", "")))
    if algorithm is None:
        raise BadKeys("a key is RSA, EC on P-256, OKP on Ed25519, or a shared secret (oct)")
    if key.get("alg", algorithm) != algorithm:
        raise BadKeys(f"a key of this kind signs with {algorithm} only")
    read = jwt.PyJWK(dict(key), algorithm)
    if key["kty"] == "oct" and len(read.key) < SHORTEST_SECRET:
        raise BadKeys(f"a shared secret has at least {SHORTEST_SECRET} bytes")
    if key["kty"] == "RSA" and read.key.key_size < SHORTEST_RSA:
        raise BadKeys(f"an RSA key has at least {SHORTEST_RSA} bits")
    return read
