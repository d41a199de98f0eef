"""Decide what happens in a conversation: pure, without I/O, so that every repeat decides the same.

`decide` is a generator: it yields calls of custom actions, is sent their answers, and returns the
new conversation with its turn pending. Whoever runs it commits with one write.
"""

from collections.abc import Generator, Iterator, Mapping
from itertools import groupby
from typing import Any, assert_never

from channels.reach import heard_from, refused_at, takes_templates
from channels.reasons import WINDOW_CLOSED
from conversation.bot import Bot
from conversation.conversation import BOT, QUEUE, Conversation, counted
from conversation.event import (
    Absorb,
    CustomerEvent,
    Cut,
    DeadLetter,
    DeliveryFailed,
    Event,
    FileRefused,
    HandBack,
    LinkRequest,
    Reply,
    Resolve,
    Unlinked,
    Wake,
)
from conversation.link import OfferLinks, TakeCode, code_carried
from conversation.message import Content
from conversation.turn import ActionCall, Item, StartedTurn
from converse import elsewhere
from converse.builder import TurnBuilder
from converse.burst import utterances
from converse.escalate import close, give_back_to_queue, hand_over
from converse.front_door import find_danger, respond, warn
from converse.linking import destination, offer, part, pass_on, prove, wrote_before
from converse.phrases_of_linking import cuts, wished_channel
from converse.refused import tell_refused
from converse.taking_in import tie_or_cut
from converse.utterance import Utterance

type Call = ActionCall | OfferLinks | TakeCode
"""What a decision may ask for: a custom action, or what one-time codes are about."""

TOLD_OF_OTHERS = ("echo", "referral", "other")
"""Kinds of events that are no words of the customer's to us: nobody waits for an answer."""

UNREACHABLE = ("blocked", "not_reachable")
"""Reasons of a failed delivery which no agent can do anything about on this address.

A reason is a word of ours, with the messenger's code behind it: "blocked (403)".
"""


def new_conversation(conversation: str, now: int) -> Conversation:
    """Return the conversation that an address begins."""
    return Conversation(id=conversation, created=now)


def decide(
    conversation: Conversation,
    started: StartedTurn,
    bot: Bot,
    first_reply_minutes: int | None,
    results: Mapping[str, dict[str, Any]],
) -> Generator[Call, dict[str, Any], Conversation]:
    """Decide the turn that was begun.

    `results` are the answers to calls so far by key; the caller keeps adding to it.
    """
    turn = TurnBuilder(conversation, started, bot, first_reply_minutes)
    here = _pass_on(turn)
    for is_customer, events in groupby(here, lambda e: isinstance(e, CustomerEvent)):
        if is_customer:
            yield from _customer(turn, [e for e in events if isinstance(e, CustomerEvent)])
        else:
            for event in events:
                _happen(turn, event)
    if turn.is_unanswered and turn.state.assignee == BOT:
        hand_over(turn, "delivery_failed", detail=WINDOW_CLOSED, response="")
    return turn.finish(results)


def decide_fault(
    conversation: Conversation,
    started: StartedTurn,
    bot: Bot,
    first_reply_minutes: int | None,
    results: Mapping[str, dict[str, Any]],
) -> Conversation:
    """Decide the turn of events that cannot be handled: keep them, apologise, fetch a person."""
    turn = TurnBuilder(conversation, started, bot, first_reply_minutes)
    for event in _pass_on(turn):
        if isinstance(event, CustomerEvent):
            _keep_and_apologise(turn, event)
        elif isinstance(event, DeadLetter):
            _keep_and_apologise(turn, event.original)
        elif isinstance(event, Reply):
            _return_as_draft(turn, event)
        elif isinstance(event, Wake):
            turn.drop_timers(*_due(turn, event))
        elif isinstance(event, LinkRequest | Absorb | Cut | Unlinked):
            tie_or_cut(turn, event)  # nobody could do it later
        else:
            turn.note(f"{event.kind}: could not be handled", event.id)
    return turn.finish(results)


def _pass_on(turn: TurnBuilder) -> list[Event]:
    """Pass on what belongs to the conversation that this was merged into; return the rest."""
    here: list[Event] = []
    for event in turn.started.events:
        home = destination(turn.state, event)
        if home:
            pass_on(turn, home, event)
        else:
            here.append(event)
    return here


def _customer(turn: TurnBuilder, events: list[CustomerEvent]) -> Generator[Call, dict[str, Any]]:
    """Keep everything; answer messages, burst by burst, danger before anything else."""
    for event in events:
        turn.change(heard=heard_from(turn.state, event.incoming, turn.now))
    elsewhere.listen(turn, events)
    code = code_carried(events[0].incoming)
    if code:  # it is alone in its turn
        yield from _with_code(turn, events[0], code)
        return
    for is_message, same in groupby(events, lambda e: e.incoming.kind == "message"):
        if not is_message:
            for event in same:
                _took_note(turn, event)
            continue
        messages = []
        for event in same:
            if not _is_echo(turn, event):
                messages.append(event)
            _arrive(turn, event)
            elsewhere.keep(turn, event)
            if event.incoming.borrowed:
                turn.note("answers_another_sender", event.id)
        front_door = turn.bot.front_door
        for utterance in sorted(
            utterances(messages), key=lambda events: find_danger(front_door, events) is None
        ):
            yield from _answer(turn, utterance)


def _with_code(
    turn: TurnBuilder, event: CustomerEvent, code: str
) -> Generator[Call, dict[str, Any]]:
    """Keep a message that carries a code, and let the code do what it is for."""
    _arrive(turn, event)
    if event.incoming.kind == "message":
        turn.keep(event)
        warn(turn, [event])
    yield from prove(turn, event, code)


def _answer(turn: TurnBuilder, events: list[CustomerEvent]) -> Generator[Call, dict[str, Any]]:
    """Link or cut where that is asked for, whoever has the conversation; else answer.

    All of it goes where these words came from: others of this turn may be from another address.
    """
    turn.change(answer_to=events[-1].incoming.address)
    text = Utterance(tuple(events)).text
    channel = wished_channel(text)
    if find_danger(turn.bot.front_door, events) is None:
        if cuts(text) and not any(event.incoming.unproven for event in events):
            part(turn)
            return
        if channel is not None:
            yield from offer(turn, channel)
            return
    yield from respond(turn, events)


def _is_echo(turn: TurnBuilder, event: CustomerEvent) -> bool:
    """Say whether a mail repeats the last one: it is kept, and not answered again."""
    thread = event.incoming.thread
    return thread is not None and thread.echoes(turn.state.threads.get(event.incoming.address))


def _arrive(turn: TurnBuilder, event: CustomerEvent) -> None:
    """Know the address; who writes to us has not blocked us."""
    address = event.incoming.address
    state = turn.state
    if address not in state.addresses:
        turn.change(addresses=(*state.addresses, address))
    if address in state.blocked:
        turn.change(blocked=tuple(a for a in state.blocked if a != address))
    turn.change(
        answer_to=address,
        name=event.incoming.name or state.name,
    )
    if event.incoming.thread is not None:
        turn.change(threads={**state.threads, address: event.incoming.thread})


def _took_note(turn: TurnBuilder, event: CustomerEvent) -> None:
    """Keep an edit, deletion or reaction with its message, and what was said to others.

    Act on a block, and on danger even where another app is to answer; a program's mail, which no
    app has overheard, is answered by nobody.
    """
    incoming = event.incoming
    if incoming.kind != "block":
        if not turn.state.answer_to:
            _arrive(turn, event)
        elsewhere.keep(turn, event)
        if incoming.kind == "other" and incoming.control and incoming.content:
            warn(turn, [event])
        return
    blocked = tuple(a for a in turn.state.blocked if a != incoming.address)
    turn.change(blocked=(*blocked, incoming.address) if incoming.blocked else blocked)
    if not turn.state.answer_to:
        turn.change(answer_to=incoming.address, addresses=(incoming.address,))
    turn.note("blocked" if incoming.blocked else "unblocked", event.id)


def _happen(turn: TurnBuilder, event: Event) -> None:
    match event:
        case Reply():
            _reply(turn, event)
        case Resolve() | HandBack():
            _end(turn, event)
        case DeliveryFailed():
            _delivery_failed(turn, event)
        case FileRefused():
            tell_refused(turn, event)
        case Wake():
            _wake(turn, event)
        case DeadLetter():
            _keep_and_apologise(turn, event.original)
        case LinkRequest() | Absorb() | Cut() | Unlinked():
            tie_or_cut(turn, event)
        case CustomerEvent():
            raise AssertionError("customers' events are answered in bursts")
        case _:
            assert_never(event)


def _end(turn: TurnBuilder, event: Resolve | HandBack) -> None:
    if not _has_it(turn, event):
        return
    if isinstance(event, Resolve):
        close(turn, "resolved", "utter_pforte_resolved", event.agent)
    else:
        close(turn, "handed_back", "utter_pforte_handed_back", event.agent)


def _has_it(turn: TurnBuilder, event: Reply | Resolve | HandBack) -> bool:
    """Say whether the agent had the conversation when writing, and has it still."""
    state = turn.state
    same = state.epoch == event.epoch or wrote_before(state, event.epoch)
    return state.agent == event.agent and same


def _reply(turn: TurnBuilder, event: Reply) -> None:
    if not _has_it(turn, event) or not _may_go(turn, event):
        _return_as_draft(turn, event)
        return
    turn.drop_timers("claim")
    turn.change(answer_to=event.address or turn.state.answer_to)
    content = Content(text=event.text, template=event.template, attachments=event.attachments)
    turn.say(content, "agent", agent=event.agent, event_id=event.id)


def _may_go(turn: TurnBuilder, event: Reply) -> bool:
    """Say whether a reply can be said where the agent wants it, and in that form."""
    address = event.address or turn.state.answer_to
    known = not event.address or (
        address in turn.state.addresses and address not in turn.state.blocked
    )
    return known and (event.template is None or takes_templates(address))


def _return_as_draft(turn: TurnBuilder, event: Reply) -> None:
    """Give an agent back what can no longer be said: each reply as a draft of its own."""
    files = [part.model_dump(exclude_defaults=True) for part in event.attachments]
    body = {"text": event.text, "at": event.at, "attachments": files}
    turn.put(Item(sk=f"D#{event.agent}#{event.id}", body=body))


def _delivery_failed(turn: TurnBuilder, event: DeliveryFailed) -> None:
    """Show the failure; fetch a person where an answer is missing, without a word to there."""
    turn.note(f"delivery_failed: {event.reason}", event.id)
    turn.change(sent=counted(turn.state.sent, event.address, -event.unsent))
    turn.change(heard=refused_at(turn.state, event.address, event.reason, event.at))
    if event.reason.partition(" ")[0] in UNREACHABLE and event.address not in turn.state.blocked:
        turn.change(blocked=(*turn.state.blocked, event.address))
    elif turn.state.assignee == BOT and not event.only_system:
        hand_over(turn, "delivery_failed", detail=event.reason, response="")


def _wake(turn: TurnBuilder, event: Wake) -> None:
    due = tuple(_due(turn, event))
    turn.drop_timers(*due)
    if elsewhere.UNANSWERED in due:
        elsewhere.fetch_unanswered(turn)
    escalation = turn.state.escalation
    if escalation is None:
        return
    if "promise" in due and turn.state.assignee == QUEUE:
        turn.utter("utter_pforte_promise_missed", reference=escalation.reference)
    if "claim" in due and turn.state.agent is not None:
        give_back_to_queue(turn, escalation)


def _due(turn: TurnBuilder, event: Wake) -> Iterator[str]:
    return (name for name, at in tuple(turn.state.timers.items()) if at <= event.moment)


def _keep_and_apologise(turn: TurnBuilder, event: CustomerEvent) -> None:
    _arrive(turn, event)
    elsewhere.keep(turn, event)
    if turn.state.assignee == BOT and event.incoming.kind not in TOLD_OF_OTHERS:
        hand_over(turn, "fault", response="utter_pforte_fault")
