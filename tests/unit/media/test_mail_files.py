"""Files of a mail: taken out of the mail in the bucket, where no messenger has to be asked."""

from base64 import encodebytes

import pytest

from channels.mail_files import located, reference_of, taken_out
from channels.mail_read import read
from conversation.media import GONE, KIND
from tests.unit.media.samples import HTML, JPEG, PDF
from tests.unit.media.test_fetch import ACCOUNTS, KEY, World

MAIL = "raw/email/stored1"
OURS = "service@stadtwerke.example"


def _mail(*files: tuple[str, bytes]) -> bytes:
    head = b'From: a@example.com\nContent-Type: multipart/mixed; boundary="b"\n\n'
    parts = [
        f"--b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n".encode()
        + encodebytes(body)
        for kind, body in files
    ]
    return head + b"".join(parts) + b"--b--\n"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(ACCOUNTS, ("email", "1"), {"sender_name": "Service"})
    return World({})


def test_every_file_of_a_mail_is_found_by_its_number(world: World) -> None:
    """What the mail says of its files leads to their bytes, each to its own."""
    raw = _mail(("text/plain", b"Hello"), ("image/jpeg", JPEG), ("application/pdf", PDF))
    [picture, paper] = read(raw).attachments
    assert taken_out(raw, picture.reference) == JPEG
    assert taken_out(raw, paper.reference) == PDF
    world.media.objects[MAIL] = (raw, "message/rfc822")
    reference = reference_of(MAIL, paper.reference)
    assert world.take(channel="email", reference=reference, filename="Bill.pdf")
    assert world.media.objects[KEY] == (PDF, "application/pdf")
    assert world.requests == []


def test_a_mail_that_is_only_a_file_has_that_file() -> None:
    """Some programs send a picture without any part around it."""
    raw = b"From: a@example.com\nContent-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n"
    raw += encodebytes(JPEG)
    [picture] = read(raw).attachments
    assert taken_out(raw, picture.reference) == JPEG


@pytest.mark.parametrize("part", ["9", "1.1", "", "x"])
def test_a_part_that_is_not_there_is_gone(world: World, part: str) -> None:
    """No number leads anywhere else, and the mail as a whole is no file."""
    world.media.objects[MAIL] = (_mail(("image/jpeg", JPEG)), "message/rfc822")
    assert world.take(channel="email", reference=reference_of(MAIL, part))
    assert world.fate is not None
    assert world.fate.refused == GONE


@pytest.mark.parametrize("reference", ["", "#1", "raw/email/stored1", f"{MAIL}#1"])
def test_a_mail_that_is_not_there_is_gone(world: World, reference: str) -> None:
    """A reference that names no mail, or one that has expired, finds nothing."""
    assert world.take(channel="email", reference=reference)
    assert world.fate is not None
    assert world.fate.refused == GONE


def test_what_is_no_file_that_is_kept_is_refused(world: World) -> None:
    """A web page in a mail is kept away from agents like any other."""
    world.media.objects[MAIL] = (_mail(("image/jpeg", HTML)), "message/rfc822")
    assert world.take(channel="email", reference=f"{MAIL}#1")
    assert world.fate is not None
    assert world.fate.refused == KIND


def test_where_a_file_lies_is_read_from_behind() -> None:
    """A key may hold the sign that stands before the number."""
    place = located("raw/email/a#b#2.1")
    assert place == located(reference_of("raw/email/a#b", "2.1"))
    assert (getattr(place, "key", ""), getattr(place, "part", "")) == ("raw/email/a#b", "2.1")
