"""Put the simulated messengers together: their APIs, the control of them, and the phone's pages."""

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from channels.registry import CHANNELS
from pforte.messengers.accounts import Accounts
from pforte.messengers.approved import Standing
from pforte.messengers.customers import FIRST_CUSTOMERS
from pforte.messengers.faults import ChannelName, Faults, Plan
from pforte.messengers.meta_provider import MetaProvider
from pforte.messengers.platform import Platform
from pforte.messengers.provider import Provider, Shared, now_ms
from pforte.messengers.said import Said
from pforte.messengers.ses import Drop, Ses
from pforte.messengers.store import Store, Webhook
from pforte.messengers.telegram import Telegram
from pforte.messengers.web import BadRequest, Request, Response, Route, Server, json_response
from pforte.messengers.webhooks import BACKOFF, Webhooks
from pforte.messengers.whatsapp import WhatsApp

_PAGE = Path(__file__).parent / "page"
_ICON = Path(__file__).parents[2] / "functions/desk/page/pforte.svg"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; media-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LONGEST_WAIT_S = 30.0
_SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


class Repeat(BaseModel):
    """Make an old webhook call again, `times` at once."""

    model_config = ConfigDict(extra="forbid")

    provider_id: str
    channel: ChannelName | None = None
    user: str | None = None
    times: int = Field(default=1, ge=1, le=1000)


class Asked(BaseModel):
    """What a phone asks for: entries changed after a cursor; `wait` in seconds."""

    model_config = ConfigDict(extra="forbid")

    channel: ChannelName
    user: str
    after: int = 0
    wait: float = Field(default=0.0, ge=0)


class Messengers:
    """The simulated messengers of one house, on one port of this machine.

    `webhook_base` is what stands before `/webhooks/<channel>/<account>`. What customers and the
    house wrote, and what the house has not yet accepted, is kept in `state`. `drop` is where mails
    are left for the house, which has no webhook for them.
    """

    def __init__(
        self,
        port: int,
        state: Path,
        webhook_base: str,
        accounts: Accounts,
        *,
        drop: Drop | None = None,
        clock: Callable[[], int] = now_ms,
        backoff: Sequence[float] = BACKOFF,
    ) -> None:
        self.faults = Faults()
        self.store = Store(state / "messengers.sqlite")
        self.webhooks = Webhooks(self.store, {}, self._accepted, backoff)
        shared = Shared(self.store, self.webhooks, self.faults, clock)
        self.whatsapp = WhatsApp("whatsapp", accounts.whatsapp, shared)
        self.telegram = Telegram(accounts.telegram, shared)
        self.messenger = Platform("messenger", accounts.messenger, shared)
        self.instagram = Platform("instagram", accounts.instagram, shared)
        self.email = Ses(accounts.email, drop, shared)
        known = (self.whatsapp, self.telegram, self.messenger, self.instagram, self.email)
        self._providers: dict[ChannelName, Provider] = {one.channel: one for one in known}
        for name, provider in self._providers.items():
            self.webhooks.targets[name] = provider.target(webhook_base.rstrip("/"))
        self._server = Server(port, self._routes())
        self.port: int = self._server.server_address[1]
        for provider in self._providers.values():
            provider.own_url = f"http://127.0.0.1:{self.port}"

    @property
    def accounts(self) -> list[tuple[ChannelName, str, dict[str, str]]]:
        """Return channel, account and secrets of each account, as the house must be told them."""
        known = [(name, one.account) for name, one in self._providers.items()]
        return [(name, account.account, account.secrets()) for name, account in known]

    def start(self) -> None:
        """Serve, and tell the house what it did not accept before."""
        self._server.start()
        self.webhooks.start()

    def stop(self) -> None:
        """Stop serving; what is still to be told is kept for the next start."""
        self.store.release()
        self._server.stop()
        self.webhooks.stop()
        self.store.close()

    def _accepted(self, webhook: Webhook, answer: bytes) -> None:
        if webhook.channel == "telegram":
            self.telegram.take_answer(answer)
        entry = self.store.find(webhook.channel, webhook.user, webhook.provider_id)
        if webhook.kind == "message" and entry is not None and entry.state:
            self.store.advance(entry, "delivered")

    def _routes(self) -> list[Route]:
        phones = "|".join(self._providers)
        routes: list[Route] = [
            ("POST", "/control/messages", _controlled(self._write)),
            ("GET", "/control/messages", _controlled(self._read)),
            ("GET", "/control/customers", _controlled(self._customers)),
            ("GET", "/control/webhooks", _controlled(self._webhooks)),
            ("POST", "/control/repeat", _controlled(self._repeat)),
            ("POST", "/control/handshake", _controlled(self._handshake)),
            ("POST", "/control/templates", _controlled(self._approve)),
            ("POST", "/control/faults", _controlled(self._fail)),
            ("GET", "/control/faults", _controlled(self._faults_left)),
            ("DELETE", "/control/faults", _controlled(self._heal)),
            ("GET", f"/phone/(?:{phones})", _page),
            ("GET", r"/phone/file/(?P<file>\d+)", self._file),
            ("GET", "/phone/static/messengers.js", self._named),
            ("GET", "/phone/static/pforte.svg", lambda _: _file(_ICON)),
            ("GET", r"/phone/static/(?P<file>[a-z]+\.(css|js))", _static),
            ("GET", "/phone/?|/", lambda _: Response(302, b"", {"Location": "/phone/whatsapp"})),
        ]
        for provider in self._providers.values():
            routes += provider.routes()
        return routes

    def _write(self, request: Request) -> Response:
        said = Said.model_validate_json(request.body)
        entry = self._providers[said.channel].write(said)
        return json_response(entry.to_dict(), 201)

    def _read(self, request: Request) -> Response:
        asked = Asked.model_validate(request.query)
        provider = self._providers[asked.channel]
        typing = provider.typing(asked.user)
        entries = self.store.wait(
            functools.partial(self.store.entries, asked.channel, asked.user, asked.after),
            lambda found: bool(found) or provider.typing(asked.user) != typing,
            min(asked.wait, _LONGEST_WAIT_S),
        )
        return json_response(
            {
                "messages": [entry.to_dict() for entry in entries],
                "next": max((entry.changed for entry in entries), default=asked.after),
                "typing": provider.typing(asked.user),
            }
        )

    def _file(self, request: Request) -> Response:
        """Show a phone what hangs on a message; what no page should show is saved."""
        file = self.store.files.get(request.parts["file"])
        if file is None:
            raise BadRequest("no such file", 404)
        shown = file.mime_type.startswith(_SHOWN)
        headers = {
            "Content-Type": file.mime_type if shown else "application/octet-stream",
            "Content-Disposition": "inline" if shown else "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(200, file.body, headers)

    def _named(self, _: Request) -> Response:
        """Tell the page which messengers there are, as a module: it needs them to begin."""
        known = {
            name: {"title": CHANNELS[name].title, "first": FIRST_CUSTOMERS[name]}
            for name in self._providers
        }
        return _as_file(f"export const MESSENGERS = {json.dumps(known)};\n".encode(), ".js")

    def _customers(self, request: Request) -> Response:
        channel = _channel.validate_python(request.query.get("channel"))
        return json_response({"customers": self.store.customers(channel)})

    def _webhooks(self, request: Request) -> Response:
        known = self.store.webhooks(provider_id=request.query.get("provider_id", ""))
        calls = [
            {
                "channel": webhook.channel,
                "user": webhook.user,
                "kind": webhook.kind,
                "provider_id": webhook.provider_id,
                "done": webhook.done,
                "answers": webhook.answers,
            }
            for webhook in known
        ]
        return json_response({"webhooks": calls})

    def _repeat(self, request: Request) -> Response:
        wanted = Repeat.model_validate_json(request.body)
        known = [
            webhook
            for webhook in self.store.webhooks(provider_id=wanted.provider_id)
            if wanted.channel in (None, webhook.channel) and wanted.user in (None, webhook.user)
        ]
        if not known:
            raise BadRequest(f"no webhook was about {wanted.provider_id!r}", 404)
        return json_response({"answers": self.webhooks.repeat(known[-1], wanted.times)})

    def _handshake(self, request: Request) -> Response:
        channel = _channel.validate_python(request.query.get("channel", "whatsapp"))
        asked = self._providers[channel]
        if not isinstance(asked, MetaProvider):
            raise BadRequest("this messenger sets a webhook up without asking it")
        return json_response({"verified": asked.handshake()})

    def _approve(self, request: Request) -> Response:
        self.whatsapp.approved.change(Standing.model_validate_json(request.body))
        return json_response(self.whatsapp.approved.listing())

    def _fail(self, request: Request) -> Response:
        self.faults.add(Plan.model_validate_json(request.body))
        return self._faults_left(request)

    def _faults_left(self, _: Request) -> Response:
        return json_response({"faults": self.faults.left()})

    def _heal(self, request: Request) -> Response:
        self.faults.clear()
        return self._faults_left(request)


_channel: TypeAdapter[ChannelName] = TypeAdapter(ChannelName)


def _controlled(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def controlled(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if request.method == "POST" and kind != "application/json":
            # a form of a page elsewhere could send any other type without asking
            raise BadRequest("send application/json", 415)
        try:
            return answer(request)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise BadRequest(f"{place}: {first['msg']}" if place else first["msg"]) from error

    return controlled


def _page(_: Request) -> Response:
    return _file(_PAGE / "phone.html")


def _static(request: Request) -> Response:
    path = _PAGE / request.parts["file"]
    if not path.is_file():
        raise BadRequest("no such file", 404)
    return _file(path)


def _file(path: Path) -> Response:
    return _as_file(path.read_bytes(), path.suffix)


def _as_file(content: bytes, suffix: str) -> Response:
    headers = {
        "Content-Type": f"{_TYPES[suffix]}; charset=utf-8",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return Response(200, content, headers)
