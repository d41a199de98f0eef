"""Turn the bytes of mails into text, whatever charset they claim; nothing here can fail."""

import binascii
import codecs
import re
from typing import Final

_SAFE_CODEC: Final = re.compile(
    r"(utf[-_]?(8|16|32|7)|ascii|latin|iso8859|cp\d|koi8|mac|big5|gb|euc|shift|johab|hz"
    r"|iso2022|tis|kz1048|ptcp|hp)",
)
"""Codecs of texts: Python's list also has punycode, unicode_escape and the like."""

_ONE_BYTE: Final = re.compile(r"cp125|iso8859|koi8|mac")

_SUPERSETS: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""What is meant by whom: the WHATWG Encoding Standard reads these labels so, too."""

ENCODED_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\s]*+)\?=")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decoded(raw: bytes, charset: str) -> str:
    """Return the text of bytes: UTF-8 where it plainly is, else as declared, else Windows-1252.

    Texts in one byte per letter are hardly ever valid UTF-8 by chance; mails that are UTF-8 and
    say something else are common.
    """
    codec = _codec(charset)
    if codec in {"", "utf-8"} or _ONE_BYTE.match(codec):
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            codec = codec.replace("utf-8", "") or "cp1252"
    return _decoded(raw, codec)


def unwrapped(raw: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; what is not of it is left out, as mail programs do."""
    encoding = encoding.strip().lower()
    if encoding.startswith("base64"):
        return from_base64(raw)
    if encoding.startswith("quoted"):
        return binascii.a2b_qp(raw)
    return raw


def from_base64(raw: bytes) -> bytes:
    """Return what base64 holds, its line ends, rubbish and missing padding overlooked."""
    letters = _letters(raw)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def unwrapped_size(raw: bytes, encoding: str) -> int:
    """Return how many bytes are inside, without making them."""
    if encoding.strip().lower().startswith("base64"):
        return len(_letters(raw)) * 3 // 4
    return len(unwrapped(raw, encoding))


def header_text(raw: bytes) -> str:
    """Return a header's value as one line, its encoded words not read yet."""
    return " ".join(decoded(raw, "").split())


def words(value: str) -> str:
    """Read the encoded words (RFC 2047) of a header's value.

    Neighbours of one charset are joined as bytes first: a letter is often cut between them.
    """
    out: list[str] = []
    held, held_charset, end = b"", "", 0
    for found in ENCODED_WORD.finditer(value):
        between = value[end : found.start()]
        charset = found[1].partition("*")[0].lower()
        raw = _word(found[2], found[3])
        if end and not between.strip() and charset == held_charset:
            held += raw
        else:
            out.append(decoded(held, held_charset))
            out.append("" if end and not between.strip() else between)
            held, held_charset = raw, charset
        end = found.end()
    out += [decoded(held, held_charset), value[end:]]
    return printable(" ".join("".join(out).split()))


def printable(text: str) -> str:
    """Return a text without control characters; line ends and tabs stay."""
    return _UNPRINTABLE.sub("", text)


def _word(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(raw)
    return binascii.a2b_qp(raw, header=True)


def _letters(raw: bytes) -> bytes:
    return re.sub(rb"[^A-Za-z0-9+/]", b"", raw)


def _codec(charset: str) -> str:
    """Return Python's name of a charset, "" where it has none."""
    label = charset.strip("\"' \t").lower().removeprefix("x-")
    label = re.sub(r"^(win|windows|cp|ibm)?-?(?=\d{3,4}$)", "cp", label)
    label = label.removesuffix("-i").removesuffix("-e").replace("utf8mb4", "utf-8")
    label = "cp949" if label.startswith("ks_c_5601") else label
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError, UnicodeError):
        return ""
    return _SUPERSETS.get(name, name) if _SAFE_CODEC.match(name) else ""


def _decoded(raw: bytes, codec: str) -> str:
    try:
        text = raw.decode(codec, "replace")
        # UTF-7 can write half a character.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except (LookupError, UnicodeError):
        return raw.decode("utf-8", "replace")
