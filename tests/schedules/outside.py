"""Stand in for what the handlers reach: a table and queues that are watched, the messengers."""

import json
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

from channels.base import Call, ProviderResponse
from conversation.conversation import Conversation
from conversation.ports import DeliveryView
from conversation.turn import ActionCall, Delivery
from tests.fake_queues import MemoryQueue
from tests.fakes import MemoryTable
from tests.faults import Faulty, operation
from tests.schedules.ground import SECOND

if TYPE_CHECKING:
    from tests.schedules.world import World


class WatchedTable(MemoryTable):
    """A table that tells the world what was committed and when deliveries were looked at."""

    world: "World"

    def _index_conversation(self, new: Conversation) -> None:
        super()._index_conversation(new)
        self.world.committed(new)

    def delivery_view(self, delivery: Delivery) -> DeliveryView:
        """Read what `deliver` must know."""
        view = super().delivery_view(delivery)
        self.world.viewed(delivery)
        return view


class WatchedQueue(MemoryQueue):
    """A queue that remembers in which order events first came."""

    def __init__(self, clock: Callable[[], int], visibility: int, receives: int) -> None:
        self.dead = MemoryQueue(clock, 60)
        super().__init__(clock, visibility, receives, self.dead)
        self.arrived: dict[str, list[str]] = {}

    def send(self, group: str, body: str, deduplication_id: str) -> None:
        """Put a message into its group."""
        super().send(group, body, deduplication_id)
        arrived = self.arrived.setdefault(group, [])
        if deduplication_id not in arrived:
            arrived.append(deduplication_id)


class WorldMessenger(Faulty):
    """The messengers' side: accept, ask to wait, refuse, and send receipts."""

    def __init__(self, world: "World") -> None:
        super().__init__(world.faults, "provider.")
        self._world = world
        self._numbers = count(1)

    @operation("call")
    def call(self, channel: str, call: Call, secrets: Any) -> ProviderResponse:
        """Take one call."""
        world, choice = self._world, self._world.choice
        if call.hint:
            return ProviderResponse(200, b"{}")
        payload = json.loads(json.dumps(call.json))
        account = "telegram:t" if channel == "telegram" else "whatsapp:100"
        left = world.limited.get(account, 0) - world.now
        if left <= 0 and choice.chance(world.throttle):
            left = choice.of((2, 15, 60, 400, 5000)) * SECOND
            world.limited[account] = world.now + left
        if channel == "telegram":
            return self._telegram(payload, left)
        return self._whatsapp(payload, left)

    def _telegram(self, payload: dict[str, Any], left: int) -> ProviderResponse:
        if left > 0:
            body = {"ok": False, "error_code": 429, "parameters": {"retry_after": left // SECOND}}
            return ProviderResponse(429, json.dumps(body).encode())
        if self._world.choice.chance(self._world.refusals):
            body = {"ok": False, "error_code": 400, "description": "Bad Request: odd"}
            return ProviderResponse(400, json.dumps(body).encode())
        number = next(self._numbers)
        address = f"telegram:t:{payload['chat_id']}"
        self._world.sent(address, payload["text"], str(number))
        body = {"ok": True, "result": {"message_id": number}}
        return ProviderResponse(200, json.dumps(body).encode())

    def _whatsapp(self, payload: dict[str, Any], left: int) -> ProviderResponse:
        if left > 0 or self._world.choice.chance(self._world.refusals):
            code = 130429 if left > 0 else 100
            return ProviderResponse(400, json.dumps({"error": {"code": code}}).encode())
        wamid = f"wamid.{next(self._numbers)}"
        address = f"whatsapp:100:{payload['to']}"
        text = payload["text"]["body"] if "text" in payload else ""
        self._world.sent(address, text, wamid, payload["biz_opaque_callback_data"])
        return ProviderResponse(200, json.dumps({"messages": [{"id": wamid}]}).encode())


class WorldActions(Faulty):
    """A back end that knows the key of every call, and does each only once."""

    def __init__(self, world: "World") -> None:
        super().__init__(world.faults, "actions.")
        self.effects: dict[str, str] = {}

    @operation("call")
    def call(self, call: ActionCall, seconds: float) -> dict[str, Any]:
        """Do it, or recognise the repeat."""
        self.effects.setdefault(call.key, call.action)
        return {"events": [], "responses": []}
