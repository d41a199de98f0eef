"""Serve the page's files, and nothing beside them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from conversation.errors import NotFound

PAGE = Path(__file__).parent / "page"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


def page_policy(files: str) -> str:
    """Return the policy of the page, which shows files from one more origin."""
    return _POLICY.replace("img-src 'self'", f"img-src 'self' {files}; media-src {files}")


class File(NamedTuple):
    """A file as it is sent."""

    body: str
    content_type: str
    etag: str


@cache
def page_file(name: str) -> File:
    """Return a file of the page by its name, not by a path: only what lies there is found.

    Raises NotFound.
    """
    path = next((file for file in PAGE.iterdir() if file.name == name), None)
    if path is None or path.suffix not in _TYPES:
        raise NotFound("There is no such file.")
    body = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(body.encode()).hexdigest()[:24]
    return File(body=body, content_type=_TYPES[path.suffix], etag=f'"{digest}"')
