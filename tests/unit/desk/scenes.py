"""Make houses in which people wait, for the tests of the desk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from aws.keeping import Keeper
from aws.login import NewPasswordRequired, Tokens
from conversation.bot import FrontDoor
from conversation.conversation import QUEUE, Conversation
from conversation.errors import Unauthorized
from conversation.escalation import Escalation, Reason
from conversation.message import Author, Content, Message
from conversation.turn import MessageState, Turn, TurnRecord
from desk.outside import Outside
from desk.routes import Desk
from dialogue.compiled import CompiledBot
from dialogue.voice import CompiledVoice
from tests.fakes import (
    MemoryArchive,
    MemoryInbound,
    MemoryMedia,
    MemoryOutbound,
    MemoryQueue,
    MemoryTable,
)
from tests.faults import Faults
from tests.gateway import http_event

NOW = 1_795_000_000_000
MINUTE = 60_000

FRONT_DOOR = FrontDoor(
    company="Stadtwerke Musterstadt",
    reference_prefix="SM",
    privacy_url="https://stadtwerke.example/datenschutz",
    teams={
        "billing": {"de": "Abrechnung", "en": "Billing"},
        "technical": {"de": "Technik", "en": "Technical service"},
    },
)

ANNA = {
    "sub": "anna-1",
    "token_use": "id",
    "cognito:groups": "[agents]",
    "email": "anna.weber@stadtwerke.example",
    "name": "Anna Weber",
}
JONAS = {**ANNA, "sub": "jonas-2", "name": "Jonas Beck", "email": "jonas@stadtwerke.example"}


def voice(front_door: FrontDoor) -> CompiledVoice:
    """Return a voice that knows what the desk says and shows."""
    responses = {
        "utter_pforte_agent_joined": _response(
            de="{agent} ist jetzt für Sie da.", en="{agent} is here for you now."
        ),
        "utter_slot_title_meter_number": _response(de="Zählernummer", en="Meter number"),
    }
    bot = CompiledBot(front_door=front_door, responses=responses)
    return CompiledVoice(bot)


def _response(**texts: str) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "condition": [{"type": "slot", "name": "language", "value": language}],
        }
        for language, text in texts.items()
    ]


def conversation_id(name: str) -> str:
    """Return an id of the right shape that a person can recognise."""
    letters = "".join(letter for letter in name.lower() if letter in "abcdefghijklmnopqrstuvwxyz")
    return (letters + "a" * 32)[:32]


@dataclass
class Answer:
    """What the desk answered."""

    status: int
    body: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class StubDirectory:
    """A user pool with one password, "open sesame"; "first" must be replaced."""

    def __init__(self) -> None:
        self.refreshed = 0

    def sign_in(self, email: str, password: str) -> Tokens | NewPasswordRequired:
        """Check a password."""
        if password == "first":
            return NewPasswordRequired(session="one-session")
        if password != "open sesame":
            raise Unauthorized("E-mail or password is wrong.")
        return Tokens(id=f"token of {email}", refresh="refresh", expires_in=3600)

    def replace_password(self, email: str, session: str, new_password: str) -> Tokens:
        """Set the first password of one's own."""
        if session != "one-session":
            raise Unauthorized("E-mail or password is wrong.")
        return Tokens(id=f"token of {email}", refresh="refresh", expires_in=3600)

    def refresh(self, token: str) -> Tokens:
        """Return new tokens."""
        if token != "refresh":
            raise Unauthorized("E-mail or password is wrong.")
        self.refreshed += 1
        return Tokens(id="token of anna.weber@stadtwerke.example", refresh="", expires_in=3600)


@dataclass
class House:
    """The desk over fakes; `now` is its clock (ms)."""

    now: int = NOW
    faults: Faults = field(default_factory=Faults)
    front_door: FrontDoor = FRONT_DOOR

    def __post_init__(self) -> None:
        self.table = MemoryTable(self.clock, self.faults)
        self.inbound_queue = MemoryQueue(self.clock)
        self.outbound_queue = MemoryQueue(self.clock)
        self.archive = MemoryArchive(self.faults)
        self.media = MemoryMedia(self.faults)
        self.directory = StubDirectory()
        self.outside = Outside(
            table=self.table,
            inbound=MemoryInbound(self.inbound_queue, MemoryQueue(self.clock), self.faults),
            outbound=MemoryOutbound(self.outbound_queue, MemoryQueue(self.clock), self.faults),
            archive=self.archive,
            directory=self.directory,
            clock=self.clock,
            random=Random(7),
            voice=voice(self.front_door),
            keeper=Keeper(self.table, self.media, self.clock, 90),
        )
        self.desk = Desk(self.outside)

    def clock(self) -> int:
        """Return the time in this house."""
        return self.now

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        claims: Mapping[str, Any] | None = ANNA,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request as an agent; `claims` None: without a token."""
        text = None if body is None else json.dumps(body)
        answer = self.desk(http_event(method, path, text, headers, claims), None)
        return Answer(answer["statusCode"], answer["body"], answer["headers"])

    def put(self, new: Conversation) -> Conversation:
        """Write a conversation over what is there."""
        old = self.table.conversation(new.id)
        version = old.version if old else 0
        written = new.model_copy(update={"version": version + 1, "writer": uuid4().hex})
        self.table.put_conversation(written, version)
        return written

    def waiting(
        self,
        name: str,
        minutes: int = 3,
        channel: str = "whatsapp",
        reason: Reason = "asked_for_person",
        question: str = "Ist mein Zählerstand angekommen?",
        **fields: Any,
    ) -> Conversation:
        """Let somebody wait in the queue for so many minutes."""
        opened = self.now - minutes * MINUTE
        id_ = conversation_id(name)
        address = f"{channel}:4930123:{fields.pop('user', '491711234042')}"
        escalation = Escalation(
            reference=f"SM-{id_[:4].upper()}-2K7M",
            opened=opened,
            due=opened,
            reason=reason,
            question=question,
            team=fields.pop("team", "default"),
            promised=fields.pop("promised", None),
            facts=fields.pop("facts", {}),
        )
        return self.put(
            Conversation(
                id=id_,
                created=opened,
                epoch=2,
                assignee=QUEUE,
                language=fields.pop("language", "de"),
                name=name,
                addresses=(address,),
                answer_to=address,
                escalation=escalation,
                timers={"promise": opened + 30 * MINUTE},
                last_message=fields.pop("last_message", question),
                last_message_at=fields.pop("last_message_at", opened),
                **fields,
            )
        )

    def said(
        self,
        conversation: Conversation,
        author: Author,
        text: str = "",
        minutes: float = 0,
        state: MessageState | None = None,
        receipt: int = 0,
        pending: bool = False,
        **fields: Any,
    ) -> Message:
        """Let something have been said so many minutes ago, as a turn of its own."""
        current = self.table.conversation(conversation.id)
        assert current is not None
        sequence = current.sequence + 1
        content = fields.pop("content", Content(text=text))
        address = fields.pop("address", current.answer_to)
        message = Message(
            id=f"{current.id}.{sequence}.00",
            author=author,
            address=address,
            content=content,
            sent_at=self.now - int(minutes * MINUTE),
            provider_id=fields.pop("provider_id", f"p{sequence}" if author == "customer" else ""),
            elsewhere=fields.pop("elsewhere", False),
            agent=fields.pop("agent", ""),
            event_id=fields.pop("event_id", f"event-{sequence}"),
            change=fields.pop("change", None),
        )
        turn = Turn(
            sequence=sequence,
            at=message.sent_at,
            newest=message.sent_at,
            event_ids=(message.event_id,),
            messages=(message,),
        )
        shown = {"last_message": content.text, "last_message_at": message.sent_at}
        self.put(
            current.model_copy(
                update={"sequence": sequence, "pending": turn, **(shown if address else {})}
            )
        )
        if not pending:
            record = TurnRecord.of(current.id, turn)
            self.table.put_record(
                record.model_copy(
                    update={
                        "states": {message.id: state} if state else {},
                        "receipts": {message.id: receipt} if receipt else {},
                        **fields,
                    }
                )
            )
        return message
