"""Talk to a bot in the terminal, under the front door's own rules, with no house around it."""

import time
from typing import Any

from rich.console import Console

from conversation.bot import Bot
from conversation.conversation import QUEUE, Conversation
from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.message import Content, Message
from conversation.turn import ActionCall, StartedTurn
from converse.decide import decide, new_conversation

CHANNEL = "webchat"


def chat(bot: Bot, console: Console | None = None) -> None:
    """Read lines and answer them until the input ends."""
    screen = console or Console(highlight=False)
    screen.print("Write as a customer would; an empty line or Ctrl-D ends.", style="dim")
    state = new_conversation("chat", _now())
    while True:
        try:
            text = screen.input("[bold]you  [/bold]")
        except EOFError:
            screen.print()
            return
        if not text.strip():
            return
        state, said = turn(bot, state, text)
        for message in said:
            _show(screen, message)
        if state.assignee == QUEUE and state.escalation is not None:
            reason = state.escalation.reason_detail or state.escalation.reason
            screen.print(f"     waits for {state.escalation.team}: {reason}", style="dim")


def turn(bot: Bot, state: Conversation, text: str) -> tuple[Conversation, tuple[Message, ...]]:
    """Decide one turn; return the conversation after it and what was said to the customer.

    Custom actions are not called: each answers with nothing.
    """
    now = _now()
    event = CustomerEvent(
        id=f"chat-{state.sequence + 1}",
        at=now,
        incoming=Incoming(
            kind="message",
            channel=CHANNEL,
            account="chat",
            user="you",
            provider_id=str(state.sequence + 1),
            sent_at=now,
            content=Content(text=text),
        ),
    )
    started = StartedTurn(id=f"chat-{now}", events=(event,), now=now)
    results: dict[str, dict[str, Any]] = {}
    deciding = decide(state, started, bot, None, results)
    answer: dict[str, Any] | None = None
    while True:
        try:
            call: ActionCall = next(deciding) if answer is None else deciding.send(answer)
        except StopIteration as stop:
            after: Conversation = stop.value
            break
        answer = results[call.key] = {"events": [], "responses": []}
    said = after.pending.messages if after.pending else ()
    return (
        after.model_copy(update={"pending": None, "version": after.version + 1}),
        tuple(m for m in said if m.author != "customer" and m.address is not None),
    )


def _show(screen: Console, message: Message) -> None:
    name = "bot  " if message.author == "bot" else "house"
    screen.print(f"{name} {message.content.text}", style="cyan", markup=False)
    for number, button in enumerate(message.content.buttons, start=1):
        screen.print(f"      {number} {button.title}", style="cyan dim", markup=False)


def _now() -> int:
    return time.time_ns() // 1_000_000
