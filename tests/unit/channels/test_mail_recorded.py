"""Mails that others recorded, read a second time by the standard library's parser.

The recordings are not part of the project; without them these tests are skipped.
"""

import email
import email.policy
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any

from channels.mail import CHANNEL


def recordings(root: Path) -> Iterator[tuple[Path, int]]:
    for line in (root / "payloads" / "index.tsv").read_text().splitlines():
        file, _, expected, *_ = line.split("\t")
        if file.startswith("email_"):
            yield root / "payloads" / file, int(expected)


def told(file: Path) -> tuple[Message, str]:
    """Return a recording's header and, where it has one, its first text."""
    if file.suffix == ".json":
        (record,) = json.loads(file.read_text())["Records"]
        head = "".join(f"{f['name']}: {f['value']}\n" for f in record["ses"]["mail"]["headers"])
        return email.message_from_string(head + "\n"), ""
    mail = email.message_from_bytes(file.read_bytes())
    for part in mail.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            return mail, raw.decode(part.get_content_charset("utf-8"))
    return mail, ""


def moment(mail: Message) -> str | None:
    if not mail["Date"]:
        return None
    return parsedate_to_datetime(mail["Date"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_the_text(text: str, body: str, subject: str) -> bool:
    """Say whether the text is the body, less its quoted lines and its signature."""
    if not body.strip():
        return text == subject
    if body.lstrip().startswith("<"):
        return text in " ".join(body.split())
    own = [line for line in body.split("\n--\n")[0].splitlines() if not line.startswith(">")]
    return text.split() == " ".join(own).replace("\x00", "").split()


def test_every_recorded_mail_is_what_it_is(pforte_shared: Path) -> None:
    """As many messages as an agent must see; nothing else is taken for one."""
    seen = 0
    for file, expected in recordings(pforte_shared):
        events = CHANNEL.parse(file.read_bytes(), {}, "")
        assert sum(event.kind == "message" for event in events) == expected, file
        seen += 1
    assert seen


def test_the_command_tells_what_stands_in_the_mails(pforte_shared: Path) -> None:
    """`pforte parse email --json` gives ids, addresses, times, texts and files as they are."""
    files = [file for file, _ in recordings(pforte_shared)]
    command = [sys.executable, "-m", "pforte", "parse", "email", *map(str, files), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == list(map(str, files))
    for file, line in zip(files, lines, strict=True):
        mail, body = told(file)
        assert line["id"] == mail["Message-ID"], file
        assert line["sent_at"] == moment(mail), file
        if line["event"] != "message":
            continue
        subject = str(make_header(decode_header(mail["Subject"]))).strip()
        assert is_the_text(line["text"], body, subject), file
        assert line["address"].endswith(f":{parseaddr(mail['From'])[1].lower()}"), file
        if file.suffix == ".eml":
            assert [part["size"] for part in line["attachments"]] == [
                len(part.get_payload(decode=True))
                for part in mail.walk()
                if part.get_content_maintype() not in {"multipart", "text"}
            ], file
