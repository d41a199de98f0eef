"""Tell what a file is by its bytes: names and types are what a sender says.

Source of the marks: the formats' own specifications, as WHATWG's MIME Sniffing Standard and
`file(1)` have them.
"""

from collections.abc import Callable
from io import BytesIO

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
)

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

_OLD_OFFICE = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")

_TEXTS = ("text/plain", "text/csv")


def sniffed(body: bytes, said: str) -> str:
    """Return what a file is, "" where it is nothing that is kept.

    `said` counts only where bytes do not tell: which of the old Office formats it is, and that a
    text is meant to be one. Text that begins as markup does is none.
    """
    for mark, mime_type in _MARKS:
        if body.startswith(mark):
            return mime_type
    for mark, tell in _CONTAINERS:
        if body.startswith(mark):
            return tell(body, said)
    if body[4:8] == b"ftyp":
        return _of_brand(body[8:12])
    return _text(body, said)


def _of_brand(brand: bytes) -> str:
    """Tell apart what is in the container of ISO 14496-12, by its major brand."""
    if brand in {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}:
        return "image/heic"
    if brand in {b"M4A ", b"M4B ", b"F4A "}:
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    known = brand.startswith((b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash", b"mmp4", b"f4v"))
    return "video/mp4" if known else ""


def _riff(body: bytes, _: str) -> str:
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(body[8:12], "")


def _ogg(body: bytes, _: str) -> str:
    head = body[:512]
    is_audio = b"OpusHead" in head or b"\x01vorbis" in head or b"Speex   " in head
    return "audio/ogg" if is_audio and b"theora" not in head else ""


def _matroska(body: bytes, _: str) -> str:
    return "video/webm" if b"webm" in body[:64] else ""


def _zip(body: bytes, _: str) -> str:
    # Imported here: every function starts with this module, and hardly any opens an archive.
    import zipfile

    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return ""  # bytes of strangers: what is no whole archive is no kind that we keep
    # With macros the same format has another type, and is none that we keep.
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return ""
    found = {kind for name in names for start, kind in _OFFICE.items() if name.startswith(start)}
    return found.pop() if len(found) == 1 else ""


def _old_office(_: bytes, said: str) -> str:
    return said if said in _OLD_OFFICE else ""


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes, str], str]], ...] = (
    (b"RIFF", _riff),
    (b"OggS", _ogg),
    (b"\x1aE\xdf\xa3", _matroska),
    (b"PK\x03\x04", _zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _old_office),
)


def _text(body: bytes, said: str) -> str:
    if said.partition(";")[0].strip().lower() not in _TEXTS or not body.strip():
        return ""
    try:
        words = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = body.decode("latin-1")
    is_binary = any(letter < " " and letter not in "\t\n\r\f" for letter in words)
    return "" if is_binary or words.lstrip().startswith("<") else "text/plain"
