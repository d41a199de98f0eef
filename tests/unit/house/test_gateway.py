"""Hold that the local gateway changes nothing of what passes through."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import httpx
import pytest

from pforte.house.gateway import Gateway

pytestmark = pytest.mark.enable_socket  # talks to itself on the loopback address


class _Upstream(BaseHTTPRequestHandler):
    """Answers with what it was asked, byte for byte."""

    seen: ClassVar[list[tuple[str, str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.command, self.path, self.headers["host"], body))
        self.send_response(202)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def upstream() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), _Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def gateway(upstream: HTTPServer) -> Iterator[str]:
    def ask(event: dict[str, Any]) -> dict[str, Any]:
        told = event["headers"]["origin"]
        return {"statusCode": 204, "headers": {"Access-Control-Allow-Origin": told}}

    opened = Gateway(0, upstream.server_port, "abc", ask)
    opened.start()
    yield f"http://127.0.0.1:{opened.port}"
    opened.stop()


def test_method_path_query_host_and_bytes_arrive_as_they_were_sent(gateway: str) -> None:
    """Signatures are over raw bytes and whole addresses, so neither may change on the way."""
    body = bytes(range(256))
    answer = httpx.post(f"{gateway}/webhooks/x/1?q=%C3%A4&q=2", content=body)
    host = gateway.removeprefix("http://")
    path = "/_aws/execute-api/abc/$default/webhooks/x/1?q=%C3%A4&q=2"
    assert _Upstream.seen[-1] == ("POST", path, host, body)
    assert (answer.status_code, answer.content) == (202, body)
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_dead_emulator_is_a_bad_gateway(upstream: HTTPServer, gateway: str) -> None:
    """A messenger repeats what was answered with 502."""
    upstream.shutdown()
    upstream.server_close()
    assert httpx.post(f"{gateway}/webhooks/x/1", content=b"").status_code == 502


def test_another_site_may_ask_whether_it_may_call(gateway: str) -> None:
    """The emulator refuses that; the function answers it, as it does on AWS."""
    origin = {"Origin": "https://shop.example"}
    answer = httpx.options(f"{gateway}/webchat/messages?after=1", headers=origin)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
