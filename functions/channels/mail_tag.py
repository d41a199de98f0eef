"""Sign the tag of an address, `support+<tag>@…`: a mail to it belongs to a conversation.

Where a mail program loses In-Reply-To and References, the address that was answered still tells.
The tag says which conversation, not who writes: From may be another one's.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from typing import Final

_LOCAL_PART: Final = 64
"""Characters before the "@" (RFC 5321, 4.5.3.1.1)."""
_TAG: Final = re.compile(r"([a-z2-7]{32})([a-z2-7]{16})")


def tagged(account: str, conversation: str, key: bytes) -> str:
    """Return the address with the conversation's tag; the plain one where it would be too long."""
    local, _, domain = account.rpartition("@")
    with_tag = f"{local}+{conversation}{_signature(conversation, key)}"
    return f"{with_tag}@{domain}" if len(with_tag) <= _LOCAL_PART else account


def conversation_of(address: str, key: bytes) -> str:
    """Return the conversation that an address names, "" where no tag of ours is in it."""
    found = _TAG.fullmatch(_tag(address).lower())
    if not found or not hmac.compare_digest(found[2], _signature(found[1], key)):
        return ""
    return found[1]


def has_tag(address: str) -> bool:
    """Say whether an address has a tag, ours or not."""
    return bool(_tag(address))


def untagged(address: str) -> str:
    """Return an address of ours without its tag."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _tag(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[2]


def _signature(conversation: str, key: bytes) -> str:
    digest = hmac.new(key, b"mail tag\x1f" + conversation.encode(), hashlib.sha256).digest()
    return b32encode(digest[:10]).decode().lower()
