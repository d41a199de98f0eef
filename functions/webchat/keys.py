"""Check signatures with the company's keys. The key says by which algorithm, never the token.

Keys are JSON Web Keys (RFC 7517, 7518, 8037); signatures are those of RFC 7518 and 8037.
"""

import binascii
import hmac
import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SHORTEST_SECRET = 32
"""How many bytes a shared secret has at least (RFC 7518, 3.2)."""

SHORTEST_RSA = 2048
"""How many bits an RSA key has at least (RFC 7518, 3.3)."""

Fits = Callable[[bytes, bytes], bool]
"""Whether a signature is that of what was signed."""


class BadKeys(ValueError):
    """The keys cannot be used; says why, and nothing of a secret."""


@dataclass(frozen=True)
class Key:
    """`id` is the key's `kid`, "" where it has none; `names` are those of its one algorithm."""

    id: str
    names: frozenset[str]
    fits: Fits


def read_keys(text: str) -> tuple[Key, ...]:
    """Read a JSON Web Key Set. Raises BadKeys where one of the keys cannot be used."""
    try:
        listed = json.loads(text)["keys"]
        keys = tuple(_key(each) for each in listed if each.get("use", "sig") == "sig")
    except BadKeys:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadKeys("these are no JSON Web Keys") from error
    if not keys:
        raise BadKeys("there is no key")
    return keys


def base64url(text: str) -> bytes:
    """Decode base64url without padding, and nothing else. Raises ValueError."""
    if not text.isascii() or "=" in text:
        raise ValueError("no base64url")
    padded = text.encode() + b"=" * (-len(text) % 4)
    decoded = urlsafe_b64decode(padded)
    if b64encode(decoded, b"-_") != padded:  # the decoder passes over what it does not know
        raise binascii.Error("no base64url")
    return decoded


def _key(key: Mapping[str, Any]) -> Key:
    if key["kty"] != "oct" and "d" in key:
        raise BadKeys("a private key stays with whoever signs: give the public one")
    kind = (key["kty"], key.get("crv", ""))
    if kind not in _KINDS:
        raise BadKeys("a key is RSA, EC on P-256, OKP on Ed25519, or a shared secret (oct)")
    names, read = _KINDS[kind]
    if key.get("alg", next(iter(names))) not in names:
        raise BadKeys(f"a key of this kind signs with {' or '.join(sorted(names))} only")
    return Key(str(key.get("kid", "")), names, read(key))


def _secret(key: Mapping[str, Any]) -> Fits:
    secret = base64url(key["k"])
    if len(secret) < SHORTEST_SECRET:
        raise BadKeys(f"a shared secret has at least {SHORTEST_SECRET} bytes")
    return lambda signature, signed: hmac.compare_digest(
        hmac.digest(secret, signed, "sha256"), signature
    )


# cryptography is imported where a signature needs it: whoever is not signed in never waits for it.


def _rsa(key: Mapping[str, Any]) -> Fits:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
    from cryptography.hazmat.primitives.hashes import SHA256

    public = RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    if public.key_size < SHORTEST_RSA:
        raise BadKeys(f"an RSA key has at least {SHORTEST_RSA} bits")
    return _unless_refused(
        lambda signature, signed: public.verify(signature, signed, PKCS1v15(), SHA256())
    )


def _p256(key: Mapping[str, Any]) -> Fits:
    from cryptography.hazmat.primitives.asymmetric.ec import (
        ECDSA,
        SECP256R1,
        EllipticCurvePublicNumbers,
    )
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    numbers = EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), SECP256R1())
    public = numbers.public_key()

    def check(signature: bytes, signed: bytes) -> None:
        halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        public.verify(encode_dss_signature(*halves), signed, ECDSA(SHA256()))

    fits = _unless_refused(check)
    return lambda signature, signed: len(signature) == 64 and fits(signature, signed)


def _ed25519(key: Mapping[str, Any]) -> Fits:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return _unless_refused(Ed25519PublicKey.from_public_bytes(base64url(key["x"])).verify)


def _unless_refused(check: Callable[[bytes, bytes], None]) -> Fits:
    from cryptography.exceptions import InvalidSignature

    def fits(signature: bytes, signed: bytes) -> bool:
        try:
            check(signature, signed)
        except InvalidSignature:
            return False
        return True

    return fits


def _number(text: str) -> int:
    return int.from_bytes(base64url(text))


_KINDS: Mapping[tuple[str, str], tuple[frozenset[str], Callable[[Mapping[str, Any]], Fits]]] = {
    ("oct", ""): (frozenset({"HS256"}), _secret),
    ("RSA", ""): (frozenset({"RS256"}), _rsa),
    ("EC", "P-256"): (frozenset({"ES256"}), _p256),
    ("OKP", "Ed25519"): (frozenset({"EdDSA", "Ed25519"}), _ed25519),
}
"""By kind and curve: the names of the one algorithm, and how such a key is read."""
