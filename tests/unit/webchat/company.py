"""A company that signs who its customers are, in every way that the house takes, and forgers."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.unit.webchat.house import NOW
from webchat.company import Company

ISSUER, AUDIENCE = "https://portal.example", "pforte"
SECONDS = NOW // 1000
SECRET = b"a shared secret that is long enough for HS256"

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
P256 = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()

Sign = Callable[[bytes], bytes]


def text(value: bytes) -> str:
    """Return bytes as base64url."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def number(value: int) -> str:
    """Return a number of a key as base64url."""
    return text(value.to_bytes((value.bit_length() + 7) // 8))


def by_secret(signed: bytes) -> bytes:
    """Sign as HS256 does."""
    return hmac.digest(SECRET, signed, "sha256")


def by_rsa(signed: bytes) -> bytes:
    """Sign as RS256 does."""
    return RSA.sign(signed, padding.PKCS1v15(), SHA256())


def by_p256(signed: bytes) -> bytes:
    """Sign as ES256 does."""
    r, s = decode_dss_signature(P256.sign(signed, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


_n, _p = RSA.public_key().public_numbers(), P256.public_key().public_numbers()
KEYS: Mapping[str, dict[str, Any]] = {
    "HS256": {"kty": "oct", "k": text(SECRET)},
    "RS256": {"kty": "RSA", "kid": "r", "n": number(_n.n), "e": number(_n.e)},
    "ES256": {
        "kty": "EC",
        "crv": "P-256",
        "kid": "e",
        "x": text(_p.x.to_bytes(32)),
        "y": text(_p.y.to_bytes(32)),
    },
    "EdDSA": {
        "kty": "OKP",
        "crv": "Ed25519",
        "kid": "o",
        "x": text(ED25519.public_key().public_bytes_raw()),
    },
}
SIGN: Mapping[str, Sign] = {
    "HS256": by_secret,
    "RS256": by_rsa,
    "ES256": by_p256,
    "EdDSA": ED25519.sign,
}


def company(*names: str, claims: str = "customer_number", **more: Any) -> Company:
    """Return a company with the keys of these algorithms, all of them where none is named."""
    keys = [{**KEYS[name], **more} for name in names or KEYS]
    listed = json.dumps({"keys": keys})
    return Company(issuer=ISSUER, audience=AUDIENCE, keys=listed, claims=claims)


def claims(**other: Any) -> dict[str, Any]:
    """Return what a good token says, with some of it changed; None leaves a claim out."""
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "c-17", "exp": SECONDS + 300}
    return {name: value for name, value in (good | other).items() if value is not None}


def token(
    body: Mapping[str, Any] | str,
    algorithm: str = "ES256",
    head: Mapping[str, Any] | None = None,
    sign: Sign | None = None,
) -> str:
    """Return a token; `head` and `sign` stand for what a forger does otherwise."""
    shown = {"alg": algorithm, "typ": "JWT"} if head is None else head
    written = body if isinstance(body, str) else json.dumps(body)
    signed = f"{text(json.dumps(shown).encode())}.{text(written.encode())}"
    return f"{signed}.{text((sign or SIGN[algorithm])(signed.encode()))}"
