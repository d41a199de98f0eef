"""Make reference numbers that people can read out."""

from hashlib import sha256

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, which are misread."""


def reference_number(prefix: str, conversation: str, sequence: int) -> str:
    """Return a reference such as `SM-7KQ4-XD2M`: the same for the same turn, 40 bits."""
    digest = sha256(f"{conversation}/{sequence}".encode()).digest()
    letters = "".join(_ALPHABET[byte % 32] for byte in digest[:8])
    return f"{prefix}-{letters[:4]}-{letters[4:]}"


def normalised_reference(text: str) -> str:
    """Return a reference as it is stored, however it was typed (`sm7kq4xd2m`, `SM 7KQ4 XD2M`)."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    return f"{letters[:-8]}-{letters[-8:-4]}-{letters[-4:]}"
