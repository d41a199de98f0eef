"""Name what a messenger's module says of files: where one lies, and what a call links to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversation.media import EXTENSIONS
from conversation.message import Attachment

OFFICE = tuple(
    mime_type
    for mime_type in EXTENSIONS
    if mime_type.startswith(("application/vnd.", "application/msword"))
)
"""Documents of word processors, of tables and of slides."""

META_HOSTS = ("fbcdn.net", "fbsbx.com", "cdninstagram.com", "graph.facebook.com")
"""Where Meta keeps what its users send: lookaside.fbsbx.com, scontent.….fbcdn.net, and so on.

Seen in recorded webhooks; Meta publishes no list.
"""


@dataclass(frozen=True)
class Download:
    """Where a file lies.

    `url` is an address from outside; `hosts` are the domains, with all below them, to which it may
    lead. Where it `is_path`, it is one of ours below the channel's base URL, which may always be
    followed. In a path and in header values `{name}` stands for a secret of the account.
    """

    url: str
    hosts: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    is_path: bool = False


@dataclass(frozen=True)
class Enclosed:
    """A file is part of a mail that lies in the bucket under `key`."""

    key: str
    part: str


@dataclass(frozen=True)
class Lost:
    """There is nothing to fetch: `reason` is one of the words in `conversation.media`."""

    reason: str


@dataclass(frozen=True)
class FileLink:
    """Stands in a call for a link to a file of ours, which only `deliver` makes, as it sends.

    `place` is the file's, `mime_type` what the messenger shall take it for.
    """

    place: str
    mime_type: str
    filename: str

    @classmethod
    def to(cls, part: Attachment) -> "FileLink":
        """Return the link to an attachment of ours."""
        return cls(part.place, part.mime_type, part.filename)
