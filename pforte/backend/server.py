"""Serve the back end over HTTP on 127.0.0.1: JSON, a bearer token, a key for every write."""

import hmac
import json
import secrets
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pforte.backend import appointments, billing, customers, metering, outages
from pforte.backend.answers import Answer, Refused
from pforte.backend.database import Database
from pforte.backend.links import Links
from pforte.backend.pdf import write_pdf
from pforte.backend.seed import seed
from pforte.backend.work import Work
from pforte.messengers.web import Request, Response, Route, Server, json_response

Reading = Callable[[Work, Request], dict[str, Any]]
Clock = Callable[[], datetime]

_CUSTOMER = r"/v1/customers/(?P<customer>\d{1,20})"
_ITEM = r"[A-Za-z0-9-]{1,40}"
_LONGEST_KEY = 255


def now_utc() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class Backend:
    """A company's back end on one port of this machine, its data in `state` (None: in memory).

    `token` is what callers send as bearer token. `clock` says what time it is. `public` is its
    address as customers reach it, where that is another one.
    """

    def __init__(
        self,
        port: int,
        state: Path | None,
        token: str,
        *,
        clock: Clock = now_utc,
        public: str | None = None,
    ) -> None:
        self._token = token
        self._clock = clock
        path = None if state is None else state / "backend.sqlite"
        self._database = Database(path, lambda db: seed(db, clock()))
        self._server = Server(port, self._routes())
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._links = Links((public or self.url).rstrip("/"), self._secret())

    def start(self) -> None:
        """Serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving; the data stays."""
        self._server.stop()
        self._database.close()

    def _secret(self) -> bytes:
        """Return what links are signed with: drawn once, kept with the data."""
        with self._database.changing() as db:
            db.execute(
                "insert or ignore into setting values ('link secret', ?)", (secrets.token_hex(32),)
            )
            found = db.execute("select value from setting where name = 'link secret'").fetchone()
        return bytes.fromhex(found["value"])

    def _routes(self) -> list[Route]:
        read, write = self._read, self._write
        return [
            ("GET", "/health", lambda _: json_response({"status": "ok"})),
            ("POST", "/v1/verifications", write(customers.Verification, customers.verify)),
            ("GET", _CUSTOMER, read(_of_customer(customers.show_customer))),
            (
                *("POST", f"{_CUSTOMER}/bank-details"),
                write(customers.BankDetails, customers.change_bank_details),
            ),
            ("GET", f"{_CUSTOMER}/meters", read(_of_customer(metering.meters))),
            (
                *("POST", rf"{_CUSTOMER}/meters/(?P<meter>{_ITEM})/readings"),
                write(metering.Reading, metering.submit_reading),
            ),
            ("GET", f"{_CUSTOMER}/contracts", read(_of_customer(billing.contracts))),
            (
                *("POST", rf"{_CUSTOMER}/contracts/(?P<contract>{_ITEM})/instalment"),
                write(billing.Instalment, billing.change_instalment),
            ),
            ("GET", f"{_CUSTOMER}/invoices", read(_of_customer(billing.invoices))),
            (
                *("POST", rf"{_CUSTOMER}/invoices/(?P<invoice>{_ITEM})/links"),
                write(_Nothing, self._link_invoice),
            ),
            ("POST", f"{_CUSTOMER}/appointments", write(appointments.Booking, appointments.book)),
            ("GET", "/v1/appointments", read(_free_times)),
            ("GET", "/v1/outages", read(_outages)),
            ("POST", "/v1/outages/reports", write(outages.Report, outages.report)),
            ("GET", rf"/documents/invoices/(?P<invoice>{_ITEM})\.pdf", _guarded(self._document)),
        ]

    def _read(self, do: Reading) -> Callable[[Request], Response]:
        def answered(request: Request) -> Response:
            self._admit(request)
            with self._database.reading() as db:
                return json_response(do(Work(db, self._clock(), request.path), request))

        return _guarded(answered)

    def _write(
        self, model: type[BaseModel], do: Callable[..., Answer]
    ) -> Callable[[Request], Response]:
        """Return what does a write once for its key; `do` gets the parts of the path, the body."""

        def answered(request: Request) -> Response:
            self._admit(request)
            key = request.headers.get("idempotency-key", "")
            if not 0 < len(key) <= _LONGEST_KEY:
                raise Refused(400, "key_missing", "a write needs an Idempotency-Key")
            said = _body(model, request)
            operation, now = f"{request.method} {request.path}", self._clock()

            def doing(db: sqlite3.Connection) -> Answer:
                return do(Work(db, now, operation, key), *request.parts.values(), said)

            wanted = said.model_dump(mode="json")
            return _respond(self._database.once(operation, key, wanted, doing))

        return _guarded(answered)

    def _admit(self, request: Request) -> None:
        """Let in who has the token. Raises Refused."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            raise Refused(401, "bad_token", "send the token of this back end")

    def _link_invoice(self, work: Work, customer: str, invoice: str, _: BaseModel) -> Answer:
        return billing.link_invoice(work, self._links, customer, invoice)

    def _document(self, request: Request) -> Response:
        """Return an invoice to whoever has a link that was signed here and has not expired."""
        name, now = request.parts["invoice"], self._clock()
        asked = request.query
        self._links.check(name, asked.get("expires", ""), asked.get("signature", ""), now)
        with self._database.reading() as db:
            lines = billing.invoice_page(Work(db, now, request.path), name)
        headers = {
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(200, write_pdf(lines), headers)


class _Nothing(BaseModel):
    """A body that says nothing."""


def _guarded(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    def guarded(request: Request) -> Response:
        try:
            return answer(request)
        except Refused as refused:
            return _respond(refused.answer)

    return guarded


def _respond(answer: Answer) -> Response:
    headers = {"Content-Type": "application/problem+json"} if answer.status >= 400 else {}
    return json_response(answer.body, answer.status, headers)


def _body(model: type[BaseModel], request: Request) -> BaseModel:
    try:
        return model.model_validate(json.loads(request.body or b"{}"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(400, "invalid", f"{place}: {first['msg']}") from error
    except ValueError as error:
        raise Refused(400, "invalid", "the body is not JSON") from error


def _of_customer(do: Callable[[Work, str], dict[str, Any]]) -> Reading:
    return lambda work, request: do(work, request.parts["customer"])


def _free_times(work: Work, request: Request) -> dict[str, Any]:
    asked = request.query
    return appointments.free_times(work, asked.get("product", ""), asked.get("after", ""))


def _outages(work: Work, request: Request) -> dict[str, Any]:
    return outages.outages(work, request.query.get("street", ""))
