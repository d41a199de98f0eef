"""Collect what one turn does, and make the new conversation with its pending turn of it."""

from collections.abc import Mapping
from random import Random
from typing import Any

from channels.bubbles import calls_of
from channels.reach import unsendable
from channels.reasons import WINDOW_CLOSED
from channels.registry import channel_named
from conversation.address import Address
from conversation.bot import Bot
from conversation.conversation import KNOWN_IDS, Conversation, Question, counted, short_id
from conversation.event import CustomerEvent, DeadLetter, Event
from conversation.incoming import Incoming
from conversation.message import Author, Change, Content, Message
from conversation.reference import normalised_reference
from conversation.turn import ActionDone, Delivery, Item, Onward, StartedTurn, Turn
from conversation.understanding import Language

ANSWER_DEADLINE = 3_600_000
"""An answer of the bot (ms) that comes later than this helps nobody."""

DEADLINE = 86_400_000
"""Words of people and of the house (ms)."""

PERSON = "/pforte_person"
"""The payload of the button that fetches a person."""


class TurnBuilder:
    """A turn in the making; `state` is the conversation as decided so far.

    `identity` are slots by which the company says who writes, until the dialogue knows them.
    """

    def __init__(
        self,
        conversation: Conversation,
        started: StartedTurn,
        bot: Bot,
        first_reply_minutes: int | None,
    ) -> None:
        self.started = started
        self.bot = bot
        self.first_reply_minutes = first_reply_minutes
        self.now = started.now
        self.sequence = conversation.sequence + 1
        self.state = conversation.model_copy(update={"sequence": self.sequence})
        seed = f"{started.id}/{self.sequence}"
        self.identity: dict[str, str] = {}
        self._random = Random(seed)  # noqa: S311  a choice of words, no secret
        self._messages: list[Message] = []
        self._said: list[tuple[Author, Content]] = []
        self._items: list[Item] = []
        self._onward: list[Onward] = []
        self._actions: list[ActionDone] = []

    def change(self, **fields: Any) -> None:
        """Set fields of the conversation."""
        self.state = self.state.model_copy(update=fields)

    @property
    def language(self) -> Language:
        """Return the language in which to speak now."""
        return self.state.language or self.bot.front_door.default_language

    @property
    def is_unanswered(self) -> bool:
        """Say whether an answer of the bot's was decided that cannot be sent."""
        return any(m.author == "bot" and m.unsent == WINDOW_CLOSED for m in self._messages)

    @property
    def seed(self) -> int:
        """Return the next number of this turn's own row: the same row in every repeat."""
        return self._random.getrandbits(32)

    def set_timer(self, name: str, at: int) -> None:
        """Let something happen at a moment (ms)."""
        self.change(timers={**self.state.timers, name: at})

    def drop_timers(self, *names: str) -> None:
        """Let it not happen any more."""
        timers = {name: at for name, at in self.state.timers.items() if name not in names}
        self.change(timers=timers)

    def keep(self, event: CustomerEvent) -> None:
        """Keep what the customer did, or one of ours elsewhere, word for word."""
        incoming = event.incoming
        content = incoming.content or Content()
        elsewhere = incoming.kind == "echo"
        marks = channel_named(incoming.channel).abilities.read_marks
        if incoming.kind == "message" and marks:
            unread = {**self.state.unread, incoming.address: incoming.provider_id}
            self.change(unread=unread)
        self._add(
            Message(
                id=self._next_id(),
                author="agent" if elsewhere else "customer",
                address=incoming.address,
                content=content,
                sent_at=incoming.sent_at if incoming.sent_at is not None else event.at,
                event_id=event.id,
                provider_id=incoming.provider_id,
                change=_change_of(incoming),
                elsewhere=elsewhere,
            )
        )

    def say(
        self,
        content: Content,
        author: Author,
        agent: str = "",
        event_id: str = "",
        urgent: bool = False,
    ) -> None:
        """Say something to the customer where they wrote last; nothing is said twice in a turn.

        What is `urgent` stands even before the disclosure; beside a person's words there is none.
        """
        if (author, content) in self._said:
            return
        self._said.append((author, content))
        if not urgent and author != "agent":
            self._disclose()
        unsent = unsendable(self.state, self.state.answer_to, author, content, self.now)
        self._add(
            Message(
                id=self._next_id(),
                author=author,
                address=self.state.answer_to,
                content=content if unsent else self._offered(content),
                sent_at=self.now,
                agent=agent,
                event_id=event_id,
                thread=self.state.threads.get(self.state.answer_to),
                unsent=unsent,
            )
        )
        if author != "agent":
            self._disclose()

    def utter(self, response: str, author: Author = "system", **values: str) -> None:
        """Say one of the bot's or the house's sentences."""
        self.say(self.bot.say(response, self.language, self.seed, **values), author)

    def tell(self, address: str, response: str, **values: str) -> None:
        """Say one of the house's sentences at an address, wherever the customer wrote last."""
        content = self.bot.say(response, self.language, self.seed, **values)
        if address == self.state.answer_to:
            self.say(content, "system")
            return
        self._add(
            Message(
                id=self._next_id(),
                author="system",
                address=address,
                content=content,
                sent_at=self.now,
                thread=self.state.threads.get(address),
                unsent=unsendable(self.state, address, "system", content, self.now),
            )
        )

    def note(self, text: str, event_id: str = "") -> None:
        """Write a line into the thread that only agents see."""
        self._add(
            Message(
                id=self._next_id(),
                author="system",
                address=None,
                content=Content(text=text),
                sent_at=self.now,
                event_id=event_id,
            )
        )

    def send(self, conversation: str, event: Event) -> None:
        """Send an event to another conversation with the turn."""
        self._onward.append(Onward(conversation=conversation, event=event))

    def put(self, item: Item) -> None:
        """Put or delete an item with the turn."""
        self._items.append(item)

    def refer(self, reference: str) -> None:
        """Let agents find the conversation by a reference number."""
        body = {"conversation": self.state.id, "opened": self.now}
        self.put(Item(pk=f"R#{normalised_reference(reference)}", sk="R", body=body))

    def next_action_key(self, action: str) -> str:
        """Return the key of the next call of an action: turn, name, how many-th of that name."""
        count = sum(done.action == action for done in self._actions)
        return f"{self.started.id}/{action}/{count}"

    def action_done(self, done: ActionDone) -> None:
        """Tell the thread that an action was done."""
        self._actions.append(done)

    def finish(self, results: Mapping[str, dict[str, Any]]) -> Conversation:
        """Return the new conversation with its pending turn.

        `results` are all answers of actions that were called for this turn, also for decisions
        that were given up: what was done in a back end is told, whether it was used or not.
        """
        self._tell_unused(results)
        deliveries = self._deliveries()
        for delivery in deliveries:
            unread = {k: v for k, v in self.state.unread.items() if k != delivery.address}
            sent = counted(self.state.sent, delivery.address, calls_of(delivery))
            self.change(sent=sent, unread=unread)
        events = self.started.events
        times = {
            id_: event.at
            for event in events
            for id_ in (
                (event.id, event.original.id) if isinstance(event, DeadLetter) else (event.id,)
            )
        }
        turn = Turn(
            sequence=self.sequence,
            at=self.now,
            newest=max(times.values()),
            event_ids=tuple(times),
            messages=tuple(self._messages),
            deliveries=deliveries,
            onward=tuple(self._onward),
            items=tuple(self._items),
            actions=tuple(self._actions),
        )
        known = self.state.known | {short_id(id_): at for id_, at in times.items()}
        dropped = list(known.items())[:-KNOWN_IDS]
        return self.state.model_copy(
            update={
                "known": dict(list(known.items())[-KNOWN_IDS:]),
                "known_until": max([self.state.known_until, *(at for _, at in dropped)]),
                "started": None,
                "pending": turn,
            }
        )

    def _add(self, message: Message) -> None:
        self._messages.append(message)
        reacted = message.change is not None and message.change.kind == "reaction"
        if message.address is not None and not reacted:
            text = message.content.text or message.content.unreadable
            self.change(last_message=text[:200], last_message_at=message.sent_at)

    def _offered(self, content: Content) -> Content:
        """Return what the customer gets: each option with a token that belongs to this question.

        What asks for a person is no answer to a question, and always counts.
        """
        if not content.buttons:
            return content
        key = short_id(content.to_json())
        question = Question(key=key, address=self.state.answer_to, options=content.buttons)
        self.change(question=question)
        buttons = tuple(
            option if option.payload == PERSON else option.model_copy(update={"payload": token})
            for token, option in zip(question.tokens(), content.buttons, strict=True)
        )
        return content.model_copy(update={"buttons": buttons})

    def _next_id(self) -> str:
        return f"{self.state.id}.{self.sequence}.{len(self._messages):02d}"

    def _disclose(self) -> None:
        """Tell once per channel that a digital assistant answers (AI Act Art. 50, GDPR Art. 13)."""
        address = self.state.answer_to
        channel = Address.parse(address).channel
        if channel in self.state.disclosed:
            return
        if unsendable(self.state, address, "system", Content(), self.now):
            return  # told with the first words that get through
        self.change(disclosed=(*self.state.disclosed, channel))
        self.utter("utter_pforte_disclosure", privacy_url=self.bot.front_door.privacy_url)

    def _deliveries(self) -> tuple[Delivery, ...]:
        by_address: dict[str, list[Message]] = {}
        for message in self._messages:
            address = message.address
            if message.author == "customer" or address is None or message.unsent:
                continue
            if message.elsewhere:
                continue
            if channel_named(Address.parse(address).channel).abilities.pushed:
                by_address.setdefault(address, []).append(message)
        return tuple(
            Delivery(
                conversation=self.state.id,
                sequence=self.sequence,
                address=address,
                epoch=self.state.epoch,
                messages=tuple(messages),
                seen=self.state.unread.get(address, ""),
                at=self.now,
                deadline=self.now
                + (ANSWER_DEADLINE if all(m.author == "bot" for m in messages) else DEADLINE),
            )
            for address, messages in by_address.items()
        )

    def _tell_unused(self, results: Mapping[str, dict[str, Any]]) -> None:
        told = {done.key for done in self._actions}
        called = self.started.called
        if called and called not in told and called not in results:
            self._actions.append(ActionDone(key=called, action=called.split("/")[-2]))
        for key, result in results.items():
            if key.startswith(f"{self.started.id}/") and key not in told:
                self._actions.append(ActionDone(key=key, action=key.split("/")[-2], result=result))


def _change_of(incoming: Incoming) -> Change | None:
    """Return what happens to an earlier message; an echo says so by naming it."""
    if incoming.kind in ("edit", "delete", "reaction"):
        return Change(kind=incoming.kind, target=incoming.target, emoji=incoming.emoji)
    if incoming.kind != "echo" or not incoming.target:
        return None
    if incoming.raw_kind == "reaction":
        return Change(kind="reaction", target=incoming.target, emoji=incoming.emoji)
    return Change(kind="edit" if incoming.content else "delete", target=incoming.target)
