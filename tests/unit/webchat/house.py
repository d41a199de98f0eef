"""A small house around the web chat's API: fakes, and a brain that says what a test tells it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aws.links import CodeLinks
from channels.deep_links import deep_link
from conversation.claim import claim
from conversation.conversation import BOT, Conversation
from conversation.escalation import Escalation
from conversation.event import CustomerEvent, event_from_json
from conversation.identity import Identity
from conversation.message import Author, Button, Content, Message
from conversation.turn import Turn, TurnRecord
from tests.fakes import (
    Faults,
    MemoryArchive,
    MemoryInbound,
    MemoryMedia,
    MemoryMediaQueue,
    MemoryQueue,
    MemoryTable,
    MemoryVault,
)
from tests.gateway import http_event
from webchat.company import Company
from webchat.files import Cabinet
from webchat.outside import Outside
from webchat.routes import Webchat

NOW = 1_795_000_000_000
REFERENCE = "SM-7KQ4-XD2M"


@dataclass(frozen=True)
class Answer:
    """What the API answers."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


class House:
    """What the web chat touches, and turns as `converse` would commit them."""

    def __init__(
        self,
        clock: Callable[[], int] = lambda: NOW,
        origins: tuple[str, ...] = ("*",),
        faults: Faults | None = None,
        company: Callable[[], Company | None] = lambda: None,
    ) -> None:
        self.clock = clock
        self.table = MemoryTable(clock, faults)
        self.queue = MemoryQueue(clock)
        self.archive = MemoryArchive()
        self.media = MemoryMedia()
        self.media_queue = MemoryMediaQueue()
        self.vault = MemoryVault()
        self.identity = Identity(b"the same key in every test run..")
        self.links = CodeLinks(self.table, self.vault, lambda: self.identity, deep_link)
        outside = Outside(
            table=self.table,
            inbound=MemoryInbound(self.queue, MemoryQueue(clock), faults),
            archive=self.archive,
            identity=lambda: self.identity,
            clock=clock,
            cabinet=Cabinet(self.media, self.media_queue),
            links=lambda: self.links,
            origins=origins,
            company=company,
        )
        self.webchat = Webchat(outside)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = None,
        **headers: str,
    ) -> "Answer":
        """Make a request; `body` is sent as JSON unless it is a text already."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        if text is not None:
            named["Content-Type"] = "application/json"
        answer = self.webchat(http_event(method, f"/webchat/{path}", text, named), None)
        return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "")

    def visitor(self) -> str:
        """Return a new visitor's token."""
        return str(self.call("POST", "visitors").json["token"])

    def address(self, token: str) -> str:
        """Return the address of a visitor."""
        return f"webchat:web:{self.identity.visitor(token)}"

    def arrived(self) -> list[tuple[str, CustomerEvent]]:
        """Take what was sent to the inbound queue: conversation and event."""
        received = self.queue.receive()
        for message in received:
            self.queue.delete(message.receipt)
        events = [(message.group, event_from_json(message.body)) for message in received]
        return [(group, event) for group, event in events if isinstance(event, CustomerEvent)]

    def keep(self, event: CustomerEvent, *answers: Content, flush: bool = True) -> None:
        """Commit a turn: what the customer wrote, and the bot's answers."""
        incoming = event.incoming
        said: list[tuple[Author, Content]] = [("customer", incoming.content or Content())]
        said += [("bot", answer) for answer in answers]
        self.commit(
            incoming.address, said, provider_id=incoming.provider_id, event=event, flush=flush
        )

    def commit(
        self,
        address: str,
        said: Sequence[tuple[Author, Content]],
        to: str | None = "",
        provider_id: str = "",
        event: CustomerEvent | None = None,
        agent: str = "",
        flush: bool = True,
    ) -> Conversation:
        """Commit a turn with these messages; `to` another address than the conversation's."""
        old = self.conversation(address)
        sequence = old.sequence + 1
        messages = tuple(
            Message(
                id=f"{old.id}.{sequence}.{n:02d}",
                author=author,
                address=address if to == "" else to,
                content=content,
                sent_at=self.clock(),
                agent=agent,
                provider_id=provider_id if author == "customer" else "",
            )
            for n, (author, content) in enumerate(said)
        )
        turn = Turn(
            sequence=sequence,
            at=self.clock(),
            newest=self.clock(),
            event_ids=(event.id,) if event else (),
            messages=messages,
        )
        new = self.write(old, sequence=sequence, answer_to=address, pending=turn)
        if flush:
            self.table.put_record(TurnRecord.of(new.id, turn))
        return new

    def conversation(self, address: str) -> Conversation:
        """Return the conversation of an address, a new one where there is none."""
        id_ = self.identity.conversation(address)
        return self.table.conversation(id_) or Conversation(id=id_, created=self.clock())

    def write(self, old: Conversation, **change: object) -> Conversation:
        """Write a conversation with some fields changed."""
        version = old.version + 1
        new = old.model_copy(update={**change, "version": version, "writer": f"w{version}"})
        self.table.put_conversation(new, old.version)
        return new

    def hand_over(self, address: str, text: str) -> None:
        """Put the conversation into the queue, and say so."""
        self.commit(address, [("system", Content(text=text))])
        opened = Escalation(
            reference=REFERENCE, opened=self.clock(), due=self.clock(), reason="asked_for_person"
        )
        self.write(self.conversation(address), assignee="queue", escalation=opened)

    def claim(self, address: str, name: str) -> None:
        """Let an agent take the conversation; the agent's id is no word for customers."""
        old = self.conversation(address)
        joined = Content(text=f"{name.split()[0]} ist jetzt für Sie da.")
        new = claim(
            old, "agent-id-17", name, joined, self.clock(), "claim", pushed=False, idle=900_000
        )
        self.table.put_conversation(new, old.version)
        if new.pending is not None:
            self.table.put_record(TurnRecord.of(new.id, new.pending))
            for item in new.pending.items:
                self.table.put_item(new.id, item, new.sequence)

    def resolve(self, address: str) -> None:
        """Give the conversation back to the bot."""
        self.write(self.conversation(address), assignee=BOT, escalation=None)


def options(text: str, *titles: str) -> Content:
    """Return a message with options, their payloads made of their titles."""
    buttons = tuple(Button(title=title, payload=f"/{title.lower()}") for title in titles)
    return Content(text=text, buttons=buttons)
