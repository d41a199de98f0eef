"""Sign the tokens of a portal with a key of its own, and show its public half (ES256)."""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm


class Signer:
    """A key that is made once and kept in `state`, readable by its owner alone."""

    def __init__(self, state: Path) -> None:
        self._key = _kept_key(state / "key.pem")
        self._public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._id = sha256(self._public["x"].encode()).hexdigest()[:12]

    def keys(self) -> str:
        """Return what others check its tokens with: a JSON Web Key Set."""
        return json.dumps({"keys": [{**self._public, "kid": self._id, "use": "sig"}]})

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a JSON Web Token with these claims."""
        return jwt.encode(dict(claims), self._key, "ES256", {"kid": self._id})


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
