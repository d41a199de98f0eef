"""Sign the tokens of a portal with a key of its own, and show its public half (ES256)."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class Signer:
    """A key that is made once and kept in `state`, readable by its owner alone."""

    def __init__(self, state: Path) -> None:
        self._key = _kept_key(state / "key.pem")
        self._id = sha256(self._public["x"].encode()).hexdigest()[:12]

    def keys(self) -> str:
        """Return what others check its tokens with: a JSON Web Key Set."""
        return json.dumps({"keys": [{**self._public, "kid": self._id, "use": "sig"}]})

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a JSON Web Token with these claims."""
        head = {"alg": "ES256", "kid": self._id, "typ": "JWT"}
        signed = f"{_text(json.dumps(head).encode())}.{_text(json.dumps(claims).encode())}"
        halves = decode_dss_signature(self._key.sign(signed.encode(), ECDSA(SHA256())))
        return f"{signed}.{_text(b''.join(half.to_bytes(32) for half in halves))}"

    @property
    def _public(self) -> dict[str, str]:
        point = self._key.public_key().public_numbers()
        x, y = _text(point.x.to_bytes(32)), _text(point.y.to_bytes(32))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _kept_key(path: Path) -> EllipticCurvePrivateKey:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        new = generate_private_key(SECP256R1())
        pem = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds another kind of key")
    return key


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
