"""Fetching: from the messenger's hosts and the public internet alone, never more than asked for."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from channels.files import META_HOSTS, Download, Lost
from channels.registry import CHANNELS
from conversation.errors import Unavailable
from conversation.media import FORBIDDEN, GONE
from media.line import PATIENCE, REDIRECTS, Fetched, Line, Overlong, is_public

SECRETS = {"access_token": "very-secret", "graph_host": "graph.instagram.com"}
PUBLIC = "157.240.1.35"
LIMIT = 1000
JPEG = b"\xff\xd8\xff\xe0 and so on"

type Answer = Callable[[httpx.Request], httpx.Response]


class World:
    """The internet: answers every request alike, and notes what it was asked for."""

    def __init__(self, answer: Answer, *names: str, simulated: str = "") -> None:
        self.requests: list[httpx.Request] = []
        self.resolved: list[str] = []
        self.names = list(names) or [PUBLIC]
        self.seconds = 0.0
        client = httpx.Client(transport=httpx.MockTransport(self._handle))
        self._answer = answer
        self.line = Line(client, simulated, lambda: self.seconds, self._resolve)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answer(request)
        if answer.is_stream_consumed:  # as it comes over a line: not read yet
            stream = httpx.ByteStream(answer.content)
            return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)
        return answer

    def _resolve(self, host: str) -> list[str]:
        self.resolved.append(host)
        return self.names

    def fetch(self, url: str, channel: str = "messenger") -> Fetched | Overlong | Lost:
        """Fetch an address as a webhook told it."""
        wanted = Download(url, META_HOSTS, {"Authorization": "Bearer {access_token}"})
        return self.line.download(CHANNELS[channel], wanted, SECRETS, LIMIT)


def _file(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=JPEG, headers={"Content-Type": "image/jpeg"})


def _redirect(to: str) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["host"] == "scontent.fbcdn.net":
            return httpx.Response(302, headers={"Location": to})
        return _file(request)

    return answer


def test_a_file_is_fetched_from_the_address_that_was_checked() -> None:
    """The name is resolved once; TLS and the host header still speak of the name."""
    world = World(_file)
    fetched = world.fetch("https://scontent.xx.fbcdn.net/v/photo.jpg?oh=1")
    assert fetched == Fetched(JPEG, "image/jpeg")
    [request] = world.requests
    assert str(request.url) == f"https://{PUBLIC}/v/photo.jpg?oh=1"
    assert request.headers["host"] == "scontent.xx.fbcdn.net"
    assert request.extensions["sni_hostname"] == "scontent.xx.fbcdn.net"
    assert world.resolved == ["scontent.xx.fbcdn.net"]


@pytest.mark.parametrize(
    "url",
    [
        "http://scontent.fbcdn.net/photo.jpg",
        "https://scontent.fbcdn.net:8443/photo.jpg",
        "https://user@scontent.fbcdn.net/photo.jpg",
        "https://scontent.fbcdn.net@127.0.0.1/photo.jpg",
        "https://evil.example/photo.jpg",
        "https://fbcdn.net.evil.example/photo.jpg",
        "https://evilfbcdn.net/photo.jpg",
        "https://127.0.0.1/photo.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/photo.jpg",
        "https://[::ffff:169.254.169.254]/",
        "https://10.1.2.3/photo.jpg",
        "https://2130706433/",
        "https://localhost/",
        "file:///etc/passwd",
        "gopher://scontent.fbcdn.net/1",
        "//127.0.0.1/photo.jpg",
        "scontent.fbcdn.net/photo.jpg",
        "https://",
        "https://exa mple/",
    ],
)
def test_no_other_address_is_followed(url: str) -> None:
    """Whatever a webhook calls an address, nobody is asked and nothing is resolved for it."""
    world = World(_file)
    assert world.fetch(url) == Lost(FORBIDDEN)
    assert not world.requests
    assert not world.resolved


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.8",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a9fe:a9fe",
        "ff02::1",
    ],
)
def test_a_name_that_leads_inside_is_not_followed(address: str) -> None:
    """The messenger's own name may be made to point at us: each of its addresses must be public."""
    assert not is_public(address)
    world = World(_file, PUBLIC, address)
    assert world.fetch("https://scontent.fbcdn.net/photo.jpg") == Lost(FORBIDDEN)
    assert not world.requests


def test_public_addresses_are_public() -> None:
    """What refuses everything would fetch nothing."""
    assert is_public(PUBLIC)
    assert is_public("2a03:2880:f11c:8083:face:b00c:0:25de")


def test_a_name_that_changes_while_we_look_changes_nothing() -> None:
    """The connection goes to the address that was checked, not to what the name says next."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    world = World(_file)
    line = Line(
        httpx.Client(transport=httpx.MockTransport(world._handle)),
        "",
        lambda: 0.0,
        lambda _: next(answers),
    )
    wanted = Download("https://scontent.fbcdn.net/photo.jpg", META_HOSTS)
    assert line.download(CHANNELS["messenger"], wanted, SECRETS, LIMIT) == Fetched(
        JPEG, "image/jpeg"
    )
    assert [request.url.host for request in world.requests] == [PUBLIC]


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "http://lookaside.fbsbx.com/",
        "file:///etc/passwd",
        "https://evil.example/",
        "//evil.example/",
    ],
)
def test_no_redirect_leads_where_it_must_not_go(to: str) -> None:
    """Each hop is checked as the first address was."""
    world = World(_redirect(to))
    assert world.fetch("https://scontent.fbcdn.net/photo.jpg") == Lost(FORBIDDEN)
    assert len(world.requests) == 1


def test_a_redirect_to_another_host_of_theirs_is_followed_without_the_token() -> None:
    """The token was meant for the host that was named first."""
    world = World(_redirect("https://lookaside.fbsbx.com/photo.jpg"))
    assert world.fetch("https://scontent.fbcdn.net/a") == Fetched(JPEG, "image/jpeg")
    first, second = world.requests
    assert first.headers["authorization"] == "Bearer very-secret"
    assert "authorization" not in second.headers
    assert second.headers["host"] == "lookaside.fbsbx.com"


def test_redirects_end() -> None:
    """A ring of redirects is not walked for ever."""
    world = World(lambda _: httpx.Response(302, headers={"Location": "/again"}))
    assert world.fetch("https://scontent.fbcdn.net/a") == Lost(GONE)
    assert len(world.requests) == REDIRECTS + 1


def test_an_address_from_outside_gets_no_secret() -> None:
    """Places for secrets are filled in our own paths alone, never in a customer's address."""
    world = World(_file)
    world.fetch("https://scontent.fbcdn.net/{access_token}?t={access_token}")
    assert "very-secret" not in str(world.requests[0].url)


def _drip(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize("told", [None, "10"])
def test_more_than_the_limit_is_not_read(told: str | None) -> None:
    """What a server says of the size of a file, or does not, is not believed."""
    given = 0

    def stream() -> Iterator[bytes]:
        nonlocal given
        for part in _drip(1_000_000):
            given += len(part)
            yield part

    headers = {"Content-Length": told} if told else {}
    world = World(lambda _: httpx.Response(200, content=stream(), headers=headers))
    assert world.fetch("https://scontent.fbcdn.net/a") == Overlong(None)
    assert given <= LIMIT + 100


def test_a_file_that_says_it_is_too_large_is_not_read_at_all() -> None:
    """Its size is what the agent is told."""

    def unread() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    headers = {"Content-Length": "31000000"}
    world = World(lambda _: httpx.Response(200, content=unread(), headers=headers))
    assert world.fetch("https://scontent.fbcdn.net/a") == Overlong(31_000_000)


def test_a_file_that_drips_in_is_given_up() -> None:
    """One file cannot hold the function until its end."""
    world = World(_file)

    def stream() -> Iterator[bytes]:
        for part in _drip(900):
            world.seconds += PATIENCE / 5
            yield part

    world._answer = lambda _: httpx.Response(200, content=stream())
    with pytest.raises(Unavailable):
        world.fetch("https://scontent.fbcdn.net/a")


def test_nothing_is_unpacked() -> None:
    """A few kilobytes could be gigabytes: compressed answers are not taken."""
    headers = {"Content-Encoding": "gzip"}
    world = World(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"zip"), headers=headers))
    with pytest.raises(Unavailable):
        world.fetch("https://scontent.fbcdn.net/a")
    assert world.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_gone_is_gone(status: int) -> None:
    """An expired link is not asked for again for an hour."""
    world = World(lambda _: httpx.Response(status))
    assert world.fetch("https://scontent.fbcdn.net/a") == Lost(GONE)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_trouble_passes(status: int) -> None:
    """What may work later is tried later."""
    world = World(lambda _: httpx.Response(status))
    with pytest.raises(Unavailable):
        world.fetch("https://scontent.fbcdn.net/a")


def test_errors_do_not_carry_the_token() -> None:
    """Telegram's address holds the bot's token, so no exception may hold the address."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    world = World(fail)
    wanted = Download("/file/bot{access_token}/photos/1.jpg", is_path=True)
    with pytest.raises(Unavailable) as caught:
        world.line.download(CHANNELS["telegram"], wanted, SECRETS, LIMIT)
    assert "very-secret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert str(world.requests[0].url) == (
        "https://api.telegram.org/file/botvery-secret/photos/1.jpg"
    )


def test_simulated_messengers_are_reached_by_the_settings_alone() -> None:
    """On one machine files lie at 127.0.0.1: on the port that the settings name, and no other."""
    world = World(_file, simulated="http://127.0.0.1:4582")
    assert isinstance(world.fetch("http://127.0.0.1:4582/messenger/cdn/1"), Fetched)
    assert world.fetch("http://127.0.0.1:4581/") == Lost(FORBIDDEN)
    assert len(world.requests) == 1
