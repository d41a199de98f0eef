"""Write to the running house as a customer, and hear what comes back: one class per kind of way.

The simulated messengers carry all others, the own web chat is asked directly.
"""

import json
import mimetypes
import time
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

from pforte.failure import CALLED_WRONGLY, Failure

_LONG_POLL_S = 25.0
_POLL_S = 0.5
_HTTP_S = 30.0


@dataclass(frozen=True)
class Option:
    """Something to tap: `id` is what the house knows it by."""

    id: str
    title: str


@dataclass(frozen=True)
class Heard:
    """A message of the house. `sent_at` in ms; `name` is a person's, where the channel tells it.

    `files` are the names of what hangs on it, or what it is where it has none.
    """

    text: str
    sent_at: int
    options: tuple[Option, ...] = ()
    name: str = ""
    files: tuple[str, ...] = ()


class Line(Protocol):
    """A customer's way to the house. All raise Failure where the house does not take part."""

    def catch_up(self) -> Sequence[Heard]:
        """Return what the house said before; `news` begins after it."""

    def write(self, text: str) -> None:
        """Send a text."""

    def send(self, file: Path, caption: str) -> None:
        """Send a file, with words under it or none."""

    def tap(self, option: Option) -> None:
        """Tap an option of an earlier message."""

    def news(self, wait: float) -> Sequence[Heard]:
        """Return what the house has said since, waiting for it for at most `wait` seconds."""

    def close(self) -> None:
        """Give the connections back."""


class MessengerLine:
    """Write on a simulated messenger, which calls the house's webhook."""

    def __init__(self, messengers: str, channel: str, user: str) -> None:
        self._http = _client(messengers)
        self._who = {"channel": channel, "user": user}
        self._cursor = 0
        self._last = 0

    def catch_up(self) -> Sequence[Heard]:
        """Return what the house said before."""
        return self.news(0)

    def write(self, text: str) -> None:
        """Send a text."""
        _ask(self._http, "POST", "/control/messages", json={**self._who, "text": text})

    def send(self, file: Path, caption: str) -> None:
        """Send a file, with words under it or none."""
        data = b64encode(_read(file)).decode()
        sent = {"data": data, "mime_type": _type(file), "name": file.name, "caption": caption}
        _ask(self._http, "POST", "/control/messages", json={**self._who, "file": sent})

    def tap(self, option: Option) -> None:
        """Tap an option of an earlier message."""
        _ask(self._http, "POST", "/control/messages", json={**self._who, "button": option.id})

    def news(self, wait: float) -> Sequence[Heard]:
        """Return what arrived since, the first of it as soon as it is there."""
        deadline = time.monotonic() + wait
        while True:
            left = max(0.0, deadline - time.monotonic())
            query = {**self._who, "after": self._cursor, "wait": min(left, _LONG_POLL_S)}
            page = _ask(self._http, "GET", "/control/messages", params=query)
            self._cursor = page["next"]
            heard = [entry for entry in page["messages"] if self._is_new(entry)]
            if heard or not left:
                self._last = max((entry["n"] for entry in heard), default=self._last)
                return [_heard(entry) for entry in heard]

    def _is_new(self, entry: Mapping[str, Any]) -> bool:
        # an entry comes again when its ticks change; what failed did not arrive
        arrived = entry["side"] == "house" and entry["state"] != "failed"
        return bool(arrived and entry["n"] > self._last)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


def _heard(entry: Mapping[str, Any]) -> Heard:
    options = tuple(Option(option["id"], option["title"]) for option in entry["options"])
    files = (entry["filename"] or entry["kind"],) if entry["file"] else ()
    return Heard(entry["text"], entry["at"], options, files=files)


class WebchatLine:
    """Write in the own web chat as its page does; the visitor's token is kept for next time."""

    def __init__(self, house: str, tokens: Path, user: str) -> None:
        self._http = _client(house)
        self._http.headers["Authorization"] = f"Bearer {self._token(tokens, user)}"
        self._cursor: int | None = None

    def _token(self, path: Path, user: str) -> str:
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if user not in known:
            known[user] = _ask(self._http, "POST", "/webchat/visitors")["token"]
            path.touch(mode=0o600)
            path.write_text(json.dumps(known, indent=1))
        return known[user]

    def catch_up(self) -> Sequence[Heard]:
        """Return what the house said before."""
        return self._look()

    def write(self, text: str) -> None:
        """Send a text."""
        self._send({"text": text})

    def send(self, file: Path, caption: str) -> None:
        """Send a file, with words under it or none."""
        body, file_id = _read(file), str(uuid.uuid4())
        headers = {"Content-Type": _type(file)}
        _ask(self._http, "PUT", f"/webchat/files/{file_id}", content=body, headers=headers)
        sent = {"id": file_id, "name": file.name, "mime_type": _type(file), "size": len(body)}
        self._send({"file": sent, **({"text": caption} if caption else {})})

    def tap(self, option: Option) -> None:
        """Tap an option of an earlier message."""
        message_id, _, index = option.id.partition("#")
        self._send({"choice": {"message_id": message_id, "index": int(index)}})

    def news(self, wait: float) -> Sequence[Heard]:
        """Return what was said since; the web chat is polled, as its page polls."""
        deadline = time.monotonic() + wait
        while True:
            heard = self._look()
            left = deadline - time.monotonic()
            if heard or left <= 0:
                return heard
            time.sleep(min(_POLL_S, left))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _send(self, what: Mapping[str, Any]) -> None:
        message = {"id": str(uuid.uuid4()), "sent_at": time.time_ns() // 1_000_000, **what}
        _ask(self._http, "POST", "/webchat/messages", json=message)

    def _look(self) -> Sequence[Heard]:
        heard: list[Heard] = []
        more = True
        while more:
            query = {} if self._cursor is None else {"after": self._cursor}
            page = _ask(self._http, "GET", "/webchat/messages", params=query)
            self._cursor, more = page.get("cursor", 0), page.get("more", False)
            messages = page.get("messages", ())
            heard += [_said(message) for message in messages if message["who"] != "you"]
        return heard


def _said(message: Mapping[str, Any]) -> Heard:
    titles = enumerate(message.get("options", ()))
    options = tuple(Option(f"{message['id']}#{index}", title) for index, title in titles)
    files = tuple(file["name"] for file in message.get("files", ()))
    return Heard(message["text"], message["sent_at"], options, message.get("name", ""), files)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", CALLED_WRONGLY) from error


def _type(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _client(base: str) -> httpx.Client:
    return httpx.Client(base_url=base, timeout=_HTTP_S, trust_env=False)


def _ask(http: httpx.Client, method: str, path: str, **more: Any) -> dict[str, Any]:
    try:
        answer = http.request(method, path, **more)
    except httpx.HTTPError as error:
        raise Failure(f"{http.base_url} does not answer ({type(error).__name__})") from error
    if answer.is_success:
        body: dict[str, Any] = answer.json()
        return body
    status = CALLED_WRONGLY if answer.status_code in {400, 404} else 1
    raise Failure(_detail(answer), status)


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url.path} answers {answer.status_code}"
