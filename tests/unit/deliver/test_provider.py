"""Calls to messengers: what certainly was not sent is told from what may have been."""

import json
from urllib.parse import urlsplit

import httpx
import pytest

from channels.base import Call, Channel, reached_at
from channels.files import FileLink
from channels.registry import CHANNELS
from conversation.errors import Unavailable
from deliver.provider import TIMEOUT_SECONDS, HttpProvider, NotSent

TOKEN = "123:very-secret"
CALL = Call(
    method="POST",
    path="/bot{access_token}/sendMessage",
    json={"chat_id": 5, "text": "Guten Tag, {access_token}!"},
    headers={"Authorization": "Bearer {access_token}"},
)


def _provider(answer: httpx.Response | Exception) -> tuple[HttpProvider, list[httpx.Request]]:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.Client(transport=httpx.MockTransport(handle))
    return HttpProvider(client, lambda file: f"https://bucket.example/{file.place}"), requests


def test_the_account_s_secrets_are_filled_in_at_the_last_moment() -> None:
    """Path and headers get the token; a text that looks like a placeholder stays a text."""
    provider, requests = _provider(httpx.Response(200, json={"ok": True}, headers={"X-Id": "1"}))
    response = provider.call("telegram", CALL, {"access_token": TOKEN})
    assert (response.status, json.loads(response.body)) == (200, {"ok": True})
    assert response.headers["x-id"] == "1"
    [request] = requests
    assert str(request.url) == f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content) == {"chat_id": 5, "text": "Guten Tag, {access_token}!"}
    assert request.extensions["timeout"]["read"] == TIMEOUT_SECONDS


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no route"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("x")]
)
def test_no_connection_means_that_nothing_was_sent(error: Exception) -> None:
    """Before the connection stands, no byte of a message is out."""
    provider, _ = _provider(error)
    with pytest.raises(NotSent):
        provider.call("telegram", CALL, {"access_token": TOKEN})


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadError("reset"),
    ],
)
def test_a_broken_connection_leaves_the_outcome_unknown(error: Exception) -> None:
    """Once it stood, the message may be out: unknown, not unsent."""
    provider, _ = _provider(error)
    with pytest.raises(Unavailable) as caught:
        provider.call("telegram", CALL, {"access_token": TOKEN})
    assert not isinstance(caught.value, NotSent)


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ReadTimeout("x")])
def test_an_error_carries_no_token(error: Exception) -> None:
    """What may be logged holds neither the URL nor the request behind it."""
    provider, _ = _provider(error)
    with pytest.raises(Unavailable) as caught:
        provider.call("telegram", CALL, {"access_token": TOKEN})
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_redirect_is_not_followed() -> None:
    """A token is sent to the messenger's own address alone."""
    provider, requests = _provider(
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"})
    )
    assert provider.call("telegram", CALL, {"access_token": TOKEN}).status == 302
    assert len(requests) == 1


def test_an_account_may_name_the_host_that_its_login_leads_to() -> None:
    """Where a channel has two hosts, the base address leaves the account's own one open."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    client = httpx.Client(transport=httpx.MockTransport(handle))
    provider = HttpProvider(client, lambda file: file.place)
    call = Call(method="POST", path="/me/messages", json={"text": "{graph_host}"})
    provider.call("instagram", call, {"graph_host": "graph.example.com"})
    [request] = requests
    assert str(request.url) == "https://graph.example.com/v25.0/me/messages"


@pytest.mark.parametrize("channel", [each for each in CHANNELS.values() if each.base_url])
def test_simulated_messengers_stand_in_for_the_real_ones(channel: Channel) -> None:
    """A house on one machine calls no messenger; the rest of each address is as the real one's."""
    simulated = reached_at(channel, "http://127.0.0.1:4580")
    real = urlsplit(reached_at(channel))
    assert real.scheme == "https"
    assert simulated == f"http://127.0.0.1:4580/{channel.name}{real.path}"


def test_links_to_files_are_made_as_they_are_sent() -> None:
    """Wherever one stands in a call; words that look like one stay words."""
    provider, requests = _provider(httpx.Response(200, json={}))
    link = FileLink("c/e/0", "image/png", "Zähler.png")
    body = {"messages": [{"image": {"link": link, "caption": "FileLink('c/e/0')"}}]}
    provider.call("telegram", Call("POST", "/x", body), {})
    assert json.loads(requests[0].content) == {
        "messages": [
            {"image": {"link": "https://bucket.example/c/e/0", "caption": "FileLink('c/e/0')"}}
        ]
    }
