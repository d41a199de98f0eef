"""Serve the widget's files from memory; an ETag spares whoever has them already."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from conversation.errors import NotFound

_FOLDER = Path(__file__).parent / "widget"

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """A file of the widget: `etag` changes with its bytes."""

    body: str
    content_type: str
    etag: str


@cache
def _assets() -> dict[str, Asset]:
    """Read every file once per Lambda: names from outside never become paths.

    `{version}` in a file stands for the digest of all, so that modules can be cached for ever.
    """
    texts = {path.name: path.read_text("utf-8") for path in sorted(_FOLDER.iterdir())}
    version = _digest("".join(texts.values()))
    return {name: _asset(name, text.replace("{version}", version)) for name, text in texts.items()}


def _asset(name: str, body: str) -> Asset:
    return Asset(body, _TYPES[Path(name).suffix], f'"{_digest(body)}"')


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:20]


def asset(name: str) -> Asset:
    """Return a file of the widget by its name. Raises NotFound."""
    try:
        return _assets()[name]
    except KeyError:
        raise NotFound("There is no such file.") from None
