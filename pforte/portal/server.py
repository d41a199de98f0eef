"""Serve the portal on 127.0.0.1: a page, a login that believes everybody, and signed tokens.

What a real portal does in its own way is the login. What it does alike: it knows by its session
who is signed in, and signs that for the chat, for minutes at a time.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from pforte.backend.seed import CUSTOMERS
from pforte.messengers.web import BadRequest, Request, Response, Route, Server, json_response
from pforte.portal.tokens import Signer

ISSUER = "https://portal.stadtwerke-musterstadt.example"
AUDIENCE = "pforte"
CLAIMS = ("customer_number", "email")
"""What the chat may take from a token besides who it is, name and language."""

VALID_S = 300
_COOKIE = "portal_session"
_PAGE = Path(__file__).parent / "page"
_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
_BY_NUMBER = {customer.number: customer for customer in CUSTOMERS}


def now_s() -> int:
    """Return the time in seconds."""
    return int(time.time())


class Portal:
    """A portal on one port of this machine, its key in `state`; `house` is the chat's address."""

    def __init__(
        self, port: int, state: Path, house: str, clock: Callable[[], int] = now_s
    ) -> None:
        self.signer = Signer(state)
        self._house = house
        self._clock = clock
        self._sessions: dict[str, str] = {}
        self._server = Server(port, self._routes())
        self.port: int = self._server.server_address[1]

    def connection(self) -> dict[str, str]:
        """Return what the house has to know to believe this portal."""
        return {
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "keys": self.signer.keys(),
            "claims": " ".join(CLAIMS),
        }

    def start(self) -> None:
        """Serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving; whoever was signed in has to do it again."""
        self._server.stop()

    def _routes(self) -> list[Route]:
        return [
            ("GET", "/", lambda _: self._file("portal.html")),
            ("GET", r"/(?P<file>portal\.(css|js))", lambda asked: self._file(asked.parts["file"])),
            ("GET", "/session", self._show),
            ("POST", "/session", self._sign_in),
            ("DELETE", "/session", self._sign_out),
            ("POST", "/token", self._token),
        ]

    def _file(self, name: str) -> Response:
        text = (_PAGE / name).read_text().replace("{house}", self._house)
        return Response(200, text.encode(), self._headers(Path(name).suffix))

    def _headers(self, suffix: str) -> dict[str, str]:
        policy = (
            f"default-src 'none'; script-src 'self' {self._house}; style-src 'self'; "
            f"connect-src 'self' {self._house}; img-src {self._house}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Type": f"{_TYPES[suffix]}; charset=utf-8",
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }

    def _show(self, request: Request) -> Response:
        return _answer({"customer": self._customer(request), "customers": _everybody()})

    def _sign_in(self, request: Request) -> Response:
        """Believe whoever says who they are: here a real portal asks for a password."""
        _from_the_page(request)
        number = request.json().get("customer_number")
        if number not in _BY_NUMBER:
            raise BadRequest("there is no such customer")
        session = secrets.token_urlsafe(32)
        self._sessions[session] = number
        cookie = f"{_COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict"
        return _answer({"customer": _shown(number)}, headers={"Set-Cookie": cookie})

    def _sign_out(self, request: Request) -> Response:
        self._sessions.pop(_session(request), None)
        return _answer({"customer": None}, headers={"Set-Cookie": f"{_COOKIE}=; Path=/; Max-Age=0"})

    def _token(self, request: Request) -> Response:
        """Sign who the session's customer is, and the page's language; no session, no token."""
        _from_the_page(request)
        customer = self._customer(request)
        if customer is None:
            return _answer({"token": None})
        now = self._clock()
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"customer-{customer['customer_number']}",
            "iat": now,
            "exp": now + VALID_S,
            "name": customer["name"],
            "locale": "en" if request.json().get("locale") == "en" else "de",
            "email": customer["email"],
            "customer_number": customer["customer_number"],
        }
        return _answer({"token": self.signer.sign(claims)})

    def _customer(self, request: Request) -> dict[str, Any] | None:
        number = self._sessions.get(_session(request))
        return None if number is None else _shown(number)


def _session(request: Request) -> str:
    cookies: SimpleCookie = SimpleCookie(request.headers.get("cookie", ""))
    return cookies[_COOKIE].value if _COOKIE in cookies else ""


def _from_the_page(request: Request) -> None:
    """Refuse what a form of another page could send without asking."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise BadRequest("send application/json", 415)


def _answer(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return json_response(body, 200, {"Cache-Control": "no-store", **(headers or {})})


def _shown(number: str) -> dict[str, Any]:
    customer = _BY_NUMBER[number]
    first = customer.name.split()[0].lower().encode("ascii", "ignore").decode()
    return {
        "customer_number": number,
        "name": customer.name,
        "email": f"{first}@musterstadt.example",
        "address": f"{customer.street}, {customer.postcode} Musterstadt",
        "meters": [{"number": m.number, "product": m.product} for m in customer.meters],
    }


def _everybody() -> list[dict[str, str]]:
    return [{"customer_number": c.number, "name": c.name} for c in CUSTOMERS]
