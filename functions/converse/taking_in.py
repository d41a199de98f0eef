"""Take in a conversation that was merged: its addresses, place in the queue, agent, question."""

from channels.registry import title_of
from conversation.address import Address
from conversation.conversation import BOT, QUEUE, Conversation
from conversation.escalation import ClosedEscalation, Escalation
from conversation.event import Absorb, Cut, LinkRequest, Unlinked
from conversation.link import Link
from conversation.turn import Item
from converse.builder import TurnBuilder
from converse.elsewhere import UNANSWERED, ask_nothing, is_speaking
from converse.linking import begin_anew, let_go, link


def tie_or_cut(turn: TurnBuilder, event: LinkRequest | Absorb | Cut | Unlinked) -> None:
    """Let happen what another conversation, or an agent, says of a link."""
    match event:
        case LinkRequest():
            link(turn, event)
        case Absorb():
            take_in(turn, event)
        case Cut():
            begin_anew(turn, event)
        case Unlinked():
            let_go(turn, event)


def take_in(turn: TurnBuilder, event: Absorb) -> None:
    """Take a younger conversation in, with its place in the queue, and say so at both addresses."""
    ours, theirs = turn.state, Conversation.from_json(event.state)
    if event.source == ours.id:
        return
    addresses = (*ours.addresses, *(a for a in event.addresses if a not in ours.addresses))
    turn.change(
        addresses=addresses,
        blocked=tuple(dict.fromkeys((*ours.blocked, *theirs.blocked))),
        heard={**ours.heard, **theirs.heard},
        threads={**ours.threads, **theirs.threads},
        sent={
            channel: ours.sent.get(channel, 0) + theirs.sent.get(channel, 0)
            for channel in sorted({*ours.sent, *theirs.sent})
        },
        unread={**ours.unread, **theirs.unread},
        elsewhere_until=max(ours.elsewhere_until, theirs.elsewhere_until),
        disclosed=tuple(dict.fromkeys((*ours.disclosed, *theirs.disclosed))),
        name=ours.name or theirs.name,
        language=ours.language or theirs.language,
        wished=ours.wished or (ours.language is None and theirs.wished),
        closed=ours.closed or theirs.closed,
        onward={a: to for a, to in ours.onward.items() if a not in event.addresses},
    )
    if event.proved_at in event.addresses:
        turn.change(answer_to=event.proved_at)
    _carry_escalation(turn, theirs)
    _carry_wait(turn, theirs)
    _keep_links(turn, ours, theirs, event)
    turn.note(f"linked: {Address.parse(event.addresses[0]).channel}", event.id)
    if ours.agent is not None and theirs.agent not in (None, ours.agent):
        turn.note("linked_agents")
    _say_linked(turn, event)
    if turn.state.assignee == BOT:
        _carry_dialogue(turn, theirs)


def _carry_escalation(turn: TurnBuilder, theirs: Conversation) -> None:
    """One agent has it: ours where we have one, else theirs; the earlier place counts."""
    ours = turn.state
    if theirs.escalation is None:
        return
    escalation = theirs.escalation
    if ours.escalation is not None:
        escalation = _both(ours.escalation, theirs.escalation)
        merged = ClosedEscalation(escalation=theirs.escalation, closed=turn.now, outcome="linked")
        if theirs.escalation.opened != ours.escalation.opened:
            body = merged.model_dump(mode="json")
            turn.put(Item(sk=f"X#{theirs.escalation.opened}", body=body))
    holder = ours if ours.agent is not None or theirs.agent is None else theirs
    claimed = holder.escalation if holder.agent is not None else None
    escalation = escalation.model_copy(
        update={
            "claimed_at": claimed.claimed_at if claimed else None,
            "agent": claimed.agent if claimed else "",
        }
    )
    turn.change(escalation=escalation, closed=None)
    if ours.agent is not None:
        return
    assignee = theirs.assignee if theirs.agent is not None else QUEUE
    if assignee != ours.assignee:
        turn.change(assignee=assignee, epoch=max(ours.epoch, theirs.epoch) + 1)
    if ours.assignee == BOT:
        turn.change(
            tracker=b"", asked_for=None, question=None, later=(), verified=None, misunderstandings=0
        )
    turn.drop_timers("promise", "claim")
    if theirs.agent is not None:
        turn.change(claimed_epoch=turn.state.epoch)
        turn.set_timer("claim", turn.now + turn.bot.front_door.claim_idle_minutes * 60_000)
    elif escalation.promised is not None and escalation.promised > turn.now:
        turn.set_timer("promise", escalation.promised)


def _carry_wait(turn: TurnBuilder, theirs: Conversation) -> None:
    """Let who waits for a word from another app be fetched in time all the same."""
    known = (turn.state.timers, theirs.timers)
    times = [timers[UNANSWERED] for timers in known if UNANSWERED in timers]
    if times and turn.state.assignee == BOT:
        turn.set_timer(UNANSWERED, min(times))


def _both(ours: Escalation, theirs: Escalation) -> Escalation:
    """Return our escalation at the earlier of both places, with what both know."""
    promises = [p for p in (ours.promised, theirs.promised) if p is not None]
    return ours.model_copy(
        update={
            "opened": min(ours.opened, theirs.opened),
            "due": min(ours.due, theirs.due),
            "promised": min(promises, default=None),
            "question": ours.question or theirs.question,
            "titles": ours.titles or theirs.titles,
            "facts": {**theirs.facts, **ours.facts},
        }
    )


def _keep_links(turn: TurnBuilder, ours: Conversation, theirs: Conversation, event: Absorb) -> None:
    """Remember who was merged, and from which claim on their bot's answers are withdrawn."""
    state = turn.state
    epoch = state.claimed_epoch if state.agent is not None else state.epoch + 1
    new = [
        other.model_copy(
            update={
                # A claim that withdrew there withdraws here too.
                "epoch": 0 if theirs.claimed_epoch >= other.epoch else epoch,
                "since": turn.sequence,
            }
        )
        for other in theirs.links
    ]
    new.append(
        Link(
            conversation=event.source,
            address=event.addresses[0],
            epoch=epoch,
            theirs=theirs.epoch,
            last=theirs.sequence,
            since=turn.sequence,
            at=turn.now,
        )
    )
    fresh = {other.conversation for other in new}
    kept = [other for other in ours.links if other.conversation not in fresh]
    turn.change(links=(*kept, *new))


def _say_linked(turn: TurnBuilder, event: Absorb) -> None:
    """Say at the new address that it goes on there, and at the old one where it went.

    Whoever is at the old one and did not want it reads how to cut it.
    """
    state = turn.state
    reference = state.escalation.reference if state.escalation else ""
    waits = state.assignee == QUEUE
    if event.proved_at in state.addresses:
        linked = "utter_pforte_linked_waiting" if waits else "utter_pforte_linked"
        turn.tell(event.proved_at, linked, reference=reference)
    if event.offered_at != event.proved_at and event.offered_at in state.addresses:
        channel = title_of(Address.parse(event.proved_at).channel)
        turn.tell(event.offered_at, "utter_pforte_linked_elsewhere", channel=channel)


def _carry_dialogue(turn: TurnBuilder, theirs: Conversation) -> None:
    """Go on with the question that is open: ours, else theirs; it is asked where we go on.

    Where one of our people answers in another app, none is.
    """
    state = turn.state
    if is_speaking(turn):
        ask_nothing(turn)
        return
    ours_is_open = state.asked_for is not None or state.question is not None
    if not ours_is_open and (theirs.asked_for is not None or theirs.question is not None):
        turn.change(
            tracker=theirs.tracker,
            asked_for=theirs.asked_for,
            question=theirs.question,
            later=theirs.later,
            asked=theirs.asked,
        )
    asked = turn.state.asked_for
    if asked is not None:
        turn.say(asked.content, "bot")
