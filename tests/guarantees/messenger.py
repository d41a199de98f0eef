"""Play the messengers: sign and send webhook calls, take our sends and say what we script."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from channels.base import Call, ProviderResponse
from tests.faults import Faults, Faulty, operation
from tests.gateway import http_event

TELEGRAM = "stadtwerke_bot"
WHATSAPP = "100200300400500"
PAGE = "100000000000002"
GRAM = "17841400000000001"
OURS = {"telegram": TELEGRAM, "whatsapp": WHATSAPP, "messenger": PAGE, "instagram": GRAM}
ACCOUNTS = {
    ("telegram", TELEGRAM): {"access_token": "t-token", "secret_token": "t-secret"},
    ("whatsapp", WHATSAPP): {
        "access_token": "w-token",
        "app_secret": "w-secret",
        "verify_token": "w-verify",
        "public_name": "+49 30 000000",
    },
    ("messenger", PAGE): {
        "access_token": "m-token",
        "app_secret": "m-secret",
        "verify_token": "m-verify",
    },
    ("instagram", GRAM): {
        "access_token": "i-token",
        "app_secret": "i-secret",
        "verify_token": "i-verify",
        "graph_host": "graph.instagram.com",
    },
}


def address(user: str, channel: str = "telegram") -> str:
    """Return a user's address on our account."""
    return f"{channel}:{OURS[channel]}:{user}"


def telegram_event(update: Mapping[str, Any], secret: str = "t-secret") -> dict[str, Any]:
    """Return the HTTP event of an Update."""
    headers = {"x-telegram-bot-api-secret-token": secret, "content-type": "application/json"}
    return http_event("POST", f"/webhooks/telegram/{TELEGRAM}", json.dumps(update), headers)


def telegram_message(user: str, number: int, at: int, **content: Any) -> dict[str, Any]:
    """Return the HTTP event of a message; `at` in ms, `content` as in the Bot API."""
    who = {"id": int(user), "is_bot": False, "first_name": "Erika"}
    message = {
        "message_id": number,
        "from": who,
        "chat": {"id": int(user), "type": "private"},
        "date": at // 1000,
        **content,
    }
    return telegram_event({"update_id": 10_000 + number, "message": message})


def telegram_tap(user: str, number: int, payload: str) -> dict[str, Any]:
    """Return the HTTP event of a tap on a button: it carries no time."""
    tap = {
        "id": str(number),
        "from": {"id": int(user), "is_bot": False, "first_name": "Erika"},
        "message": {"message_id": 1, "chat": {"id": int(user), "type": "private"}, "date": 1},
        "data": payload,
    }
    return telegram_event({"update_id": 10_000 + number, "callback_query": tap})


def whatsapp_event(
    value: Mapping[str, Any], secret: str = "w-secret", field: str = "messages"
) -> dict[str, Any]:
    """Return the HTTP event of one change, signed over its bytes."""
    root = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": _with_number(value), "field": field}]}],
    }
    return _signed("whatsapp", root, secret)


def _signed(channel: str, root: Mapping[str, Any], secret: str) -> dict[str, Any]:
    body = json.dumps(root).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": signature, "content-type": "application/json"}
    return http_event("POST", f"/webhooks/{channel}/{OURS[channel]}", body, headers)


def page_event(
    user: str, at: int, *, by_us: bool = False, key: str = "messaging", **what: Any
) -> dict[str, Any]:
    """Return the HTTP event of one thing on Messenger; `at` in ms, `what` as on the platform."""
    root = {"object": "page", "entry": [_entry(PAGE, user, at, by_us, key, what)]}
    return _signed("messenger", root, "m-secret")


def instagram_event(user: str, at: int, *, by_us: bool = False, **what: Any) -> dict[str, Any]:
    """Return the HTTP event of one thing on Instagram; `at` in ms, `what` as on the platform."""
    root = {"object": "instagram", "entry": [_entry(GRAM, user, at, by_us, "messaging", what)]}
    return _signed("instagram", root, "i-secret")


def _entry(
    ours: str, user: str, at: int, by_us: bool, key: str, what: Mapping[str, Any]
) -> dict[str, Any]:
    sender, recipient = (ours, user) if by_us else (user, ours)
    item = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": at, **what}
    return {"id": ours, "time": at, key: [item]}


def whatsapp_message(user: str, number: int, at: int, **content: Any) -> dict[str, Any]:
    """Return one message of a change; `at` in ms, `content` as in the Cloud API."""
    return {"from": user, "id": f"wamid.{number}", "timestamp": str(at // 1000), **content}


def whatsapp_status(
    user: str, state: str, at: int, provider_id: str = "", reference: str = "", code: int = 0
) -> dict[str, Any]:
    """Return the HTTP event of a receipt; `reference` is what our send carried along."""
    status: dict[str, Any] = {
        "id": provider_id,
        "status": state,
        "timestamp": str(at // 1000),
        "recipient_id": user,
    }
    if reference:
        status["biz_opaque_callback_data"] = reference
    if code:
        status["errors"] = [{"code": code, "title": "odd"}]
    return whatsapp_event({"statuses": [status]})


def _with_number(value: Mapping[str, Any]) -> dict[str, Any]:
    number = {"display_phone_number": "4930000000", "phone_number_id": WHATSAPP}
    return {"messaging_product": "whatsapp", "metadata": number, **value}


@dataclass(frozen=True)
class Taken:
    """A message that a messenger took: what the customer sees. `at` in ms.

    `reference` is ours on WhatsApp, the tag on Messenger.
    """

    address: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    at: int
    reference: str


type Answer = Callable[[], ProviderResponse | None]
"""What the messenger says to one call; None takes the message. May raise."""


class Messenger(Faulty):
    """The messengers' side: takes every message unless `answers` says otherwise, one per call.

    An answer that raises after the message was taken stands in `lost`.
    """

    def __init__(self, clock: Callable[[], int], faults: Faults) -> None:
        super().__init__(faults, "provider.")
        self._clock = clock
        self.taken: list[Taken] = []
        self.calls = 0
        self.answers: list[Answer] = []
        self.lost: list[Exception] = []
        self.signals: list[tuple[str, dict[str, Any]]] = []
        self.sign_fails: Exception | None = None

    @operation("call")
    def call(self, channel: str, call: Call, secrets: Mapping[str, str]) -> ProviderResponse:
        """Take one call; signs are kept apart, their answers scripted apart."""
        assert secrets == ACCOUNTS[channel, OURS[channel]]
        if call.hint:
            self.signals.append((channel, json.loads(json.dumps(call.json))))
            if self.sign_fails is not None:
                raise self.sign_fails
            return ProviderResponse(200, b"{}")
        self.calls += 1
        answer = self.answers.pop(0)() if self.answers else None
        if answer is not None:
            return answer
        payload = json.loads(json.dumps(call.json))
        self.taken.append(_READERS[channel](payload, self._clock()))
        if self.lost:
            raise self.lost.pop(0)
        number = 900_000 + len(self.taken)
        bodies: dict[str, Any] = {
            "telegram": {"ok": True, "result": {"message_id": number}},
            "whatsapp": {"messages": [{"id": f"wamid.ours{number}"}]},
            "messenger": {"message_id": f"m_ours{number}"},
            "instagram": {"message_id": f"ig_ours{number}"},
        }
        return ProviderResponse(200, json.dumps(bodies[channel]).encode())

    def texts(self, user: str | None = None) -> list[str]:
        """Return what was taken, in order, for one user or all."""
        return [t.text for t in self.taken if user is None or t.address.endswith(f":{user}")]

    def counts(self) -> Counter[tuple[str, str]]:
        """Return how often each text was taken at each address."""
        return Counter((t.address, t.text) for t in self.taken)


def _telegram(payload: dict[str, Any], now: int) -> Taken:
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = tuple((button["text"], button["callback_data"]) for row in rows for button in row)
    return Taken(address(str(payload["chat_id"])), payload["text"], buttons, now, "")


def _whatsapp(payload: dict[str, Any], now: int) -> Taken:
    buttons: tuple[tuple[str, str], ...] = ()
    if "text" in payload:
        text = payload["text"]["body"]
    elif "template" in payload:
        named = payload["template"]
        values = [p["text"] for part in named["components"] for p in part["parameters"]]
        text = " ".join([f"{named['name']}/{named['language']['code']}:", *values])
    else:
        interactive = payload["interactive"]
        text = interactive["body"]["text"]
        replies = [b["reply"] for b in interactive["action"].get("buttons", ())]
        rows = [r for s in interactive["action"].get("sections", ()) for r in s["rows"]]
        buttons = tuple((one["title"], one["id"]) for one in [*replies, *rows])
    reference = payload["biz_opaque_callback_data"]
    user = payload.get("to") or payload["recipient"]  # a number, or a business-scoped id
    return Taken(address(user, "whatsapp"), text, buttons, now, reference)


def _messenger(payload: dict[str, Any], now: int, channel: str = "messenger") -> Taken:
    body = payload["message"]
    template = body.get("attachment", {}).get("payload", {})
    options = [*template.get("buttons", ()), *body.get("quick_replies", ())]
    buttons = tuple((one["title"], one["payload"]) for one in options)
    user = address(payload["recipient"]["id"], channel)
    return Taken(user, body.get("text") or template["text"], buttons, now, payload.get("tag", ""))


_READERS: dict[str, Callable[[dict[str, Any], int], Taken]] = {
    "telegram": _telegram,
    "whatsapp": _whatsapp,
    "messenger": _messenger,
    "instagram": partial(_messenger, channel="instagram"),
}
