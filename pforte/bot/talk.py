"""Hold a conversation with a bot in memory: the front door's own decisions, a clock one can set."""

from collections.abc import Callable, Generator, Mapping
from itertools import count
from typing import Any, cast

from conversation.bot import Answer, Bot, Heard
from conversation.claim import claim
from conversation.conversation import QUEUE, Conversation, Question
from conversation.event import CustomerEvent, Event, Resolve, Wake
from conversation.incoming import Incoming
from conversation.message import Button, Content, Message
from conversation.turn import ActionCall, StartedTurn, Turn
from conversation.understanding import Understanding
from converse.decide import Call, decide, new_conversation
from dialogue.rasa_bot import RasaBot
from dialogue.runtime.events import Event as DialogueEvent
from dialogue.runtime.stored import unpack
from dialogue.runtime.tracker import Tracker

CHANNEL, ACCOUNT, USER = "webchat", "talk", "you"
ADDRESS = f"{CHANNEL}:{ACCOUNT}:{USER}"
AGENT = "anna"

Act = Callable[[ActionCall], Mapping[str, Any]]
"""Whoever runs custom actions: what an action server answers, or `rejected`, or `failed`."""


class Talk:
    """One customer's conversation; `now` (ms) is its clock, and goes on when somebody sets it.

    `name` keeps the keys of its action calls apart from those of other conversations. `said` is
    what the customer was told last, `failed` why an action failed meanwhile, `offered` the options
    of each question, the latest last.
    """

    def __init__(self, bot: RasaBot, act: Act, name: str, now: int) -> None:
        self.now = now
        self.said: tuple[Message, ...] = ()
        self.failed: tuple[str, ...] = ()
        self.offered: list[tuple[Button, ...]] = []
        self.state = new_conversation(name, now)
        self._watched = _Watched(bot)
        self._domain = bot.domain
        self._act = act
        self._numbers = count(1)

    @property
    def tracker(self) -> Tracker:
        """Return the dialogue as it stands: empty once a person has the conversation."""
        return self._unpacked(self.state.tracker)

    @property
    def answered(self) -> Tracker:
        """Return the dialogue as the bot's last answer left it, whoever has it by now."""
        return self._unpacked(self._watched.left)

    @property
    def events_now(self) -> list[DialogueEvent]:
        """Return the dialogue's events in the turn that just ended, none where it was not asked."""
        now = self.now / 1000
        return [event for event in self.answered.events if event.get("timestamp") == now]

    def write(self, content: Content) -> None:
        """Let the customer write."""
        id_ = self._next_id()
        incoming = Incoming(
            kind="message",
            channel=CHANNEL,
            account=ACCOUNT,
            user=USER,
            provider_id=id_,
            sent_at=self.now,
            content=content,
        )
        self._decide(CustomerEvent(id=id_, at=self.now, incoming=incoming))

    def choose(self, option: Button) -> None:
        """Let the customer tap an option as it was offered."""
        self.write(Content(text=option.title, payload=option.payload))

    def mean(self, payload: str) -> None:
        """Let the customer tap an option that means `/intent{"entity": "value"}`."""
        option = Button(title=payload, payload=payload)
        question = Question(key=self._next_id(), address=ADDRESS, options=(option,))
        self.state = self.state.model_copy(update={"question": question})
        [token] = question.tokens()
        self.choose(Button(title=payload, payload=token))

    def wait(self, milliseconds: int) -> None:
        """Let time pass, and happen what is due in it."""
        until = self.now + milliseconds
        said: tuple[Message, ...] = ()
        while (moment := self.state.next_wake) is not None and moment <= until:
            self.now = max(self.now, moment)
            self._decide(Wake(id=self._next_id(), at=self.now, moment=moment))
            said += self.said
        self.now, self.said = until, said

    def resolve(self) -> bool:
        """Let an agent take the conversation and close it; False where nobody waits."""
        if self.state.assignee != QUEUE:
            return False
        claimed = claim(
            self.state,
            agent=AGENT,
            name=AGENT.capitalize(),
            joined=None,
            now=self.now,
            writer="",
            idle=60_000,
            pushed=False,
        )
        self.state = claimed.model_copy(update={"pending": None})
        event = Resolve(id=self._next_id(), at=self.now, agent=AGENT, epoch=self.state.epoch)
        self._decide(event)
        return True

    def _decide(self, event: Event) -> None:
        started = StartedTurn(id=event.id, events=(event,), now=self.now)
        results: dict[str, dict[str, Any]] = {}
        deciding = decide(self.state, started, cast("Bot", self._watched), None, results)
        after = self._run(deciding, results)
        turn = after.pending or Turn(sequence=0, at=self.now, newest=self.now, event_ids=())
        self.state = after.model_copy(update={"pending": None, "version": after.version + 1})
        self.said = tuple(
            message
            for message in turn.messages
            if message.author != "customer" and message.address is not None
        )
        reasons = (result.get("failed") for result in results.values())
        self.failed = tuple(str(reason) for reason in reasons if reason)
        self.offered += [each.content.buttons for each in self.said if each.content.buttons]

    def _run(
        self,
        deciding: Generator[Call, dict[str, Any], Conversation],
        results: dict[str, dict[str, Any]],
    ) -> Conversation:
        try:
            call = next(deciding)
            while True:
                # There is no other messenger here in which one could go on.
                answer = self._act(call) if isinstance(call, ActionCall) else {}
                results[call.key] = dict(answer)
                call = deciding.send(results[call.key])
        except StopIteration as stop:
            after: Conversation = stop.value
            return after

    def _unpacked(self, tracker: bytes) -> Tracker:
        return unpack(tracker, self._domain) if tracker else Tracker(self._domain)

    def _next_id(self) -> str:
        return f"{self.state.id}.{next(self._numbers)}"


class _Watched:
    """A bot that keeps how its last answer left the dialogue: a hand-over forgets it."""

    def __init__(self, bot: RasaBot) -> None:
        self._bot = bot
        self.left = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)

    def answer(
        self, understanding: Understanding, tracker: bytes, heard: Heard
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Answer as the bot does."""
        answer = yield from self._bot.answer(understanding, tracker, heard)
        self.left = answer.tracker
        return answer
