"""What a file is, is told by its bytes; what it is called is made harmless."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.media import EXTENSIONS, SHOWN, clean_name, fate_key, object_key, place_of
from conversation.sniff import sniffed
from tests.unit.media.samples import HTML, JPEG, MP4, OGG, PDF, SVG, office, png

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (JPEG, "image/jpeg"),
        (png(), "image/png"),
        (b"GIF89a" + bytes(8), "image/gif"),
        (b"RIFF\x20\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (PDF, "application/pdf"),
        (MP4, "video/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4", "video/3gpp"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (OGG, "audio/ogg"),
        (b"ID3\x04\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"#!AMR\n", "audio/amr"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (office(), DOCX),
    ],
)
def test_a_file_is_what_its_bytes_are(body: bytes, kind: str) -> None:
    """Whatever it was called, it is kept as what it is, under an ending of ours."""
    assert sniffed(body, "text/html") == kind
    assert kind in EXTENSIONS


@pytest.mark.parametrize("said", ["image/jpeg", "application/pdf", "text/html", ""])
@pytest.mark.parametrize(
    "body",
    [
        HTML,
        SVG,
        b"\xef\xbb\xbf" + HTML,
        b"#!/bin/sh\nrm -rf /\n",
        b"MZ\x90\x00" + bytes(60),
        b"\x7fELF" + bytes(12),
        b"PK\x03\x04" + bytes(26),
        office("META-INF"),
        office("word", "word/vbaProject.bin"),
        office("word", "xl/workbook.xml"),
        OLD,
        b"OggS\x00\x02" + bytes(22) + b"\x80theora",
        b"\x1f\x8b\x08",
        b"",
        b"\x00",
    ],
)
def test_a_liar_is_not_kept(body: bytes, said: str) -> None:
    """A page that is called a photo, a program, a drawing that can run code: none is kept."""
    assert sniffed(body, said) == ""


@pytest.mark.parametrize("body", [HTML, SVG, b"  \n" + HTML, b"a\x00b", b""])
def test_markup_is_no_text(body: bytes) -> None:
    """What is said to be a text is one only if it reads like one."""
    assert sniffed(body, "text/plain") == ""


def test_a_text_is_kept_where_it_is_said_to_be_one() -> None:
    """Notes and tables come as plain text, in whatever encoding."""
    for body in ("Zähler 4711\n".encode(), "Zähler 4711\n".encode("latin-1"), b"a;b\r\n1;2"):
        assert sniffed(body, "text/plain; charset=utf-8") == "text/plain"
        assert sniffed(body, "text/csv") == "text/plain"


def test_old_office_documents_are_told_apart_by_what_is_said() -> None:
    """Their container is one and the same; what is said counts among these alone."""
    assert sniffed(OLD, "application/vnd.ms-excel") == "application/vnd.ms-excel"
    assert sniffed(OLD, "text/html") == ""


@given(body=st.binary(max_size=300), said=st.text(max_size=30))
def test_no_bytes_break_us(body: bytes, said: str) -> None:
    """Every answer is a kind that is kept, or none."""
    for start in (b"", b"PK\x03\x04", b"RIFF", b"OggS", b"\x1aE\xdf\xa3"):
        assert sniffed(start + body, said) in {*EXTENSIONS, ""}


@given(body=st.binary(max_size=60), at=st.integers(0, 400), said=st.text(max_size=9))
def test_no_broken_archive_breaks_us(body: bytes, at: int, said: str) -> None:
    """An archive is read only as far as its table of contents, however that is damaged."""
    whole = office()
    assert sniffed(whole[:at] + body + whole[at + len(body) :], said) in {*EXTENSIONS, ""}


def test_no_picture_that_can_hold_code_is_shown() -> None:
    """HTML and SVG are in no list, so no page can be made to show one."""
    assert not {
        kind for kind in EXTENSIONS if "svg" in kind or "html" in kind or "xml" in kind[:15]
    }
    assert EXTENSIONS.keys() >= SHOWN


@given(name=st.text(max_size=300), kind=st.sampled_from(sorted(EXTENSIONS)))
def test_every_name_is_made_harmless(name: str, kind: str) -> None:
    """No path, no control or direction character, no dot in front; the ending is the kind's."""
    clean = clean_name(name, kind)
    assert clean.endswith(f".{EXTENSIONS[kind]}")
    assert 0 < len(clean) <= 80
    assert not re.search(r'[\\/:*?"<>|]', clean)
    assert not clean.startswith(".")
    assert all(unicodedata.category(letter)[0] not in "CZ" or letter == " " for letter in clean)
    assert clean_name(clean, kind) == clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Zählerstand März.JPG", "Zählerstand März.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\Eva\\foto.jpeg", "foto.jpg"),
        ("foto.jpg.exe", "foto.jpg.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ('a"b\r\nSet-Cookie: x', "a bSet-Cookie x.jpg"),
        ("Rechnung Nr. 12", "Rechnung Nr. 12.jpg"),
    ],
)
def test_names_stay_recognisable(name: str, clean: str) -> None:
    """An agent finds the name that the customer gave."""
    assert clean_name(name, "image/jpeg") == clean


def test_a_file_has_one_name_everywhere() -> None:
    """Object and item are found by the place alone, which lies below its conversation."""
    place = place_of("c" * 32, "e" * 32, 2)
    assert object_key(place) == f"media/{'c' * 32}/{'e' * 32}/2"
    assert fate_key(place) == f"A#{'e' * 32}#2"
