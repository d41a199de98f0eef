"""Hold that the Lambda function speaks the protocol of Rasa's action server, and starts lean."""

import base64
import json
import ssl
import subprocess
import sys
import zlib
from typing import Any

import pytest

from actions.backend import Backend, BackendFailed, Refused, _trusted
from actions.handler import handler
from tests.templates import ROOT
from tests.unit.actions.customer import KNOWN, Customer
from tests.unit.backend.sample import TOKEN, Company

pytestmark = pytest.mark.enable_socket  # talks to the back end on the loopback address


def call(action: str, **slots: Any) -> dict[str, Any]:
    """Return a request of the protocol."""
    request = Customer(**slots).call(action, "", [], "turn-1")
    del request["domain"]
    return request


def over_http(method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
    """Return the event of a function URL."""
    return {
        "requestContext": {"http": {"method": method}},
        "rawPath": path,
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def test_an_action_is_run(house: Company) -> None:
    """Invoked with the protocol's request, it answers events and responses, without a domain."""
    answer = handler(call("action_ask_invoice", **KNOWN))
    assert set(answer) == {"events", "responses"}
    assert answer["responses"][0]["text"] == "Welche Rechnung möchten Sie?"


def test_a_form_is_validated(house: Company) -> None:
    """A validator names the next question itself, so that the domain need not be sent."""
    answer = handler(call("validate_invoice_form"))
    assert answer["events"][-1]["name"] == "requested_slot"
    assert answer["events"][-1]["value"] == "customer_number"


def test_a_rejection_is_an_answer(house: Company) -> None:
    """An action that refuses to run is no crash: 400, and whose name it is."""
    answer = handler(call("action_submit_meter_reading"))
    assert answer["statusCode"] == 400
    assert answer["action_name"] == "action_submit_meter_reading"
    assert "action_submit_meter_reading" in answer["error"]


def test_what_nobody_knows_is_said() -> None:
    """An unknown action is 404, a digest of a domain that was never sent 449, no action 400."""
    assert handler(call("action_of_somebody_else"))["statusCode"] == 404
    foreign = {**call("action_cancel_request"), "domain_digest": "of a domain elsewhere"}
    assert handler(foreign)["statusCode"] == 449
    assert handler({**foreign, "domain": {"intents": []}})["events"] == []
    assert handler({})["statusCode"] == 400


def test_its_health_and_its_actions_are_told() -> None:
    """As Rasa's server tells them, by direct invoke and behind a URL."""
    assert handler({"path": "/health"}) == {"status": "ok"}
    names = {each["name"] for each in handler({"path": "/actions"})["actions"]}
    assert {"action_submit_meter_reading", "validate_outage_form"} <= names
    answer = handler(over_http("GET", "/actions"))
    assert {each["name"] for each in json.loads(answer["body"])} == names
    assert handler(over_http("GET", "/health"))["statusCode"] == 200
    assert handler(over_http("GET", "/elsewhere"))["statusCode"] == 404


def test_behind_a_url_it_is_an_action_server(house: Company) -> None:
    """POST /webhook, plain or deflated, with the statuses of the protocol."""
    body = json.dumps(call("action_ask_invoice", **KNOWN)).encode()
    packed = over_http("POST", "/webhook", zlib.compress(body), **{"content-encoding": "deflate"})
    for event in (over_http("POST", "/webhook", body), packed):
        answer = handler(event)
        assert answer["statusCode"] == 200
        assert json.loads(answer["body"])["responses"]
    rejected = json.dumps(call("action_submit_meter_reading")).encode()
    assert handler(over_http("POST", "/webhook", rejected))["statusCode"] == 400
    for nonsense in (b"", b"no json", b"[]"):
        assert handler(over_http("POST", "/webhook", nonsense))["statusCode"] == 400
    assert handler(over_http("GET", "/webhook"))["statusCode"] == 400


def test_a_back_end_that_does_not_answer_is_a_failure(
    house: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down, forbidden or not configured: it raises, so that a person takes over."""
    request = call("action_ask_invoice", **KNOWN)
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN", "wrong")
    with pytest.raises(BackendFailed, match="401"):
        handler(request)
    monkeypatch.setenv("PFORTE_BACKEND_URL", "http://127.0.0.1:9")
    with pytest.raises(BackendFailed):
        handler(request)
    monkeypatch.delenv("PFORTE_BACKEND_URL")
    with pytest.raises(BackendFailed):
        handler(request)


def test_a_failure_tells_nothing_of_the_customer(
    house: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may be logged of a failure holds neither a customer number nor the token."""
    monkeypatch.setenv("PFORTE_BACKEND_URL", "http://127.0.0.1:9")
    with pytest.raises(BackendFailed) as failed:
        handler(call("action_ask_invoice", **KNOWN))
    assert "4711023" not in str(failed.value)
    assert TOKEN not in str(failed.value)


def test_whom_to_trust_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the machine's authorities costs more than a call: not every call pays for it."""
    read: list[ssl.SSLContext] = []

    def authorities() -> ssl.SSLContext:
        read.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", authorities)
    _trusted.cache_clear()
    for _ in range(2):
        with pytest.raises(BackendFailed):
            Backend("https://127.0.0.1:9", TOKEN).read("outages")
    _trusted.cache_clear()
    assert len(read) == 1


def test_a_refusal_that_nobody_foresaw_is_a_failure(house: Company) -> None:
    """A key that was used for another request is a mistake of ours, not of the customer."""
    reading = {**KNOWN, "meter_number": "1EMH0012345", "reading_check": "plausible"}
    handler(call("action_submit_meter_reading", **reading, meter_reading=10400))
    with pytest.raises(Refused, match="key_reused"):
        handler(call("action_submit_meter_reading", **reading, meter_reading=10401))


_START = """
import sys
from actions.handler import handler
assert "rasa_sdk" not in sys.modules
answer = handler({"path": "/actions"})
assert len(answer["actions"]) > 20, answer
heavy = {"sanic.app", "grpc", "opentelemetry", "botocore", "requests"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_start_loads_no_server() -> None:
    """A cold start leaves out rasa-sdk's web server, gRPC and tracing."""
    program = [sys.executable, "-c", _START]
    done = subprocess.run(program, cwd=ROOT / "bot", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Parameters:
    """Stand in for AWS's parameter store; `asked` is what it was asked for."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.asked: list[dict[str, Any]] = []

    def create_client(self, service: str) -> "Parameters":
        assert service == "ssm"
        return self

    def get_parameter(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"Parameter": {"Value": f"{self.token}\n"}}  # as it was stored from a file


def test_the_token_is_read_once_from_its_parameter(
    house: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a Lambda the secret stands in no variable of its settings: its parameter's name does."""
    store = Parameters()
    monkeypatch.setattr("botocore.session.get_session", lambda: store)
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN", "")
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN_PARAMETER", "/pforte/backend")
    for _ in range(2):
        assert "responses" in handler(call("action_ask_invoice", **KNOWN))
    assert store.asked == [{"Name": "/pforte/backend", "WithDecryption": True}]


def test_a_changed_token_is_read_after_one_failure(
    house: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to start the function anew when the back end gets another token."""
    store = Parameters("the one of yesterday")
    monkeypatch.setattr("botocore.session.get_session", lambda: store)
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN", "")
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN_PARAMETER", "/pforte/backend")
    with pytest.raises(BackendFailed, match="401"):
        handler(call("action_ask_invoice", **KNOWN))
    store.token = TOKEN
    assert "responses" in handler(call("action_ask_invoice", **KNOWN))


def test_without_a_back_end_no_token_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house whose company is not connected yet answers what needs nothing of it."""
    store = Parameters()
    monkeypatch.setattr("botocore.session.get_session", lambda: store)
    monkeypatch.setenv("PFORTE_BACKEND_URL", "")
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN", "")
    monkeypatch.setenv("PFORTE_BACKEND_TOKEN_PARAMETER", "/pforte/backend")
    assert "events" in handler(call("action_cancel_request"))
    assert store.asked == []
