"""Keep the files that customers and the house send, and fetch what the house links to."""

import base64
import json
import secrets
import ssl
import struct
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

_FETCH_S = 10.0


@dataclass(frozen=True)
class File:
    """A file as it was sent; `id` has fifteen digits."""

    id: str
    mime_type: str
    name: str
    body: bytes

    @property
    def kind(self) -> str:
        """Return what the phone shows it as."""
        return kind_of(self.mime_type)


def kind_of(mime_type: str) -> str:
    """Return what a phone shows a file of a type as."""
    kinds = {"image": "photo", "audio": "audio", "video": "video"}
    if mime_type.startswith("audio/ogg"):
        return "voice"
    return kinds.get(mime_type.partition("/")[0], "document")


class Files:
    """A folder of files; each has its bytes, and beside them what they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # plain HTTP on this machine: loading the authorities of the web would take longer
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def put(self, body: bytes, mime_type: str, name: str = "") -> File:
        """Keep a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = File(str(10**14 + secrets.randbelow(10**14)), mime_type, name, body)
        about = {key: value for key, value in asdict(file).items() if key != "body"}
        (self._folder / file.id).write_bytes(body)
        (self._folder / f"{file.id}.json").write_text(json.dumps(about))
        return file

    def get(self, file_id: str) -> File | None:
        """Return a file by its id, None where there is none."""
        path = self._folder / file_id
        if not (file_id.isdecimal() and path.is_file()):
            return None
        about = json.loads((self._folder / f"{file_id}.json").read_text())
        return File(**about, body=path.read_bytes())

    def fetch(self, link: object, name: str = "") -> File | None:
        """Fetch and keep what a link of the house leads to, as a messenger does; else None."""
        try:
            answer = httpx.get(str(link), timeout=_FETCH_S, trust_env=False, verify=self._tls)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        if answer.status_code != httpx.codes.OK:
            return None
        return self.put(answer.content, answer.headers.get("content-type", ""), name)


def sample(act: str) -> tuple[bytes, str]:
    """Return bytes and type of what is sent where nobody chose a file."""
    if act == "voice":
        return b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(40), "audio/ogg"
    if act == "sticker":
        return base64.b64decode(_WEBP), "image/webp"
    return _png(160, 120), "image/png"


_WEBP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"


def _png(width: int, height: int) -> bytes:
    """Return a picture of nothing: two colours that run into each other."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = b"".join(
        b"\x00" + b"".join(bytes((40, 90 + x % 100, 60 + y)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
