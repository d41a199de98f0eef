"""Move a conversation between the bot, the queue and a person, and say so to the customer."""

from typing import Any, Literal

from conversation.conversation import BOT, QUEUE
from conversation.escalation import ClosedEscalation, Escalation, Reason
from conversation.reference import reference_number
from conversation.turn import Item
from conversation.understanding import LANGUAGES, Language
from converse.builder import TurnBuilder
from converse.phrases import is_angry

MINUTE = 60_000
HOUR = 60 * MINUTE

AHEAD = 10 * MINUTE
"""Who is angry comes so much (ms) earlier than who is not."""


def hand_over(
    turn: TurnBuilder,
    reason: Reason,
    detail: str = "",
    question: str = "",
    response: str | None = None,
) -> None:
    """Put the conversation into the queue and tell the customer what happens next.

    `response` is another sentence than the usual one; "" says nothing. A time is told only where
    operators set how soon they answer.
    """
    door = turn.bot.front_door
    minutes = turn.first_reply_minutes
    reference = reference_number(door.reference_prefix, turn.state.id, turn.sequence)
    promised = None if minutes is None else turn.now + minutes * MINUTE
    escalation = Escalation(
        reference=reference,
        opened=turn.now,
        due=(promised or turn.now) - (AHEAD if is_angry(question) else 0),
        reason=reason,
        reason_detail=detail,
        titles=_titles(turn, detail) if reason == "intent" else {},
        team=door.team_by_intent.get(detail, door.default_team),
        promised=promised,
        question=question[:300],
        facts=turn.identity | turn.bot.facts(turn.state.tracker),
    )
    turn.change(closed=None)
    _to_queue(turn, escalation)
    turn.refer(reference)
    if response is not None:
        if response:
            turn.utter(response, reference=reference)
    elif minutes is None:
        turn.utter("utter_pforte_hand_over", reference=reference)
    else:
        turn.utter(
            "utter_pforte_hand_over_with_time",
            reference=reference,
            minutes=str(minutes),
        )


def reopen(turn: TurnBuilder, closed: ClosedEscalation, question: str) -> None:
    """Open the same escalation again, at its old place: the customer does not begin anew.

    `question` is what the customer wrote now; where it is empty (a picture, a greeting) the old
    one stays.
    """
    before = closed.escalation
    escalation = before.model_copy(
        update={
            "reason": "reopened",
            "promised": None,
            "claimed_at": None,
            "agent": "",
            "question": question[:300] or before.question,
        }
    )
    _to_queue(turn, escalation)
    turn.utter("utter_pforte_reopened", reference=escalation.reference)


def give_back_to_queue(turn: TurnBuilder, escalation: Escalation) -> None:
    """Return what an agent claimed and did not work on to its old place in the queue."""
    _to_queue(turn, escalation.model_copy(update={"claimed_at": None, "agent": ""}))
    turn.utter("utter_pforte_returned_to_queue", reference=escalation.reference)


def close(
    turn: TurnBuilder,
    outcome: Literal["resolved", "handed_back", "withdrawn"],
    response: str,
    agent: str = "",
) -> None:
    """End the open escalation; the bot begins anew, what reports need is kept."""
    escalation = turn.state.escalation
    if escalation is None:
        return
    closed = ClosedEscalation(escalation=escalation, closed=turn.now, outcome=outcome, agent=agent)
    turn.put(Item(sk=f"X#{escalation.opened}", body=_body(closed)))
    turn.drop_timers("promise", "claim")
    turn.change(
        assignee=BOT,
        epoch=turn.state.epoch + 1,
        escalation=None,
        closed=closed if outcome == "resolved" else None,
        misunderstandings=0,
        question=None,
        asked="",
        acknowledged_at=0,
        elsewhere_until=0,
    )
    turn.utter(response, reference=escalation.reference)


def _to_queue(turn: TurnBuilder, escalation: Escalation) -> None:
    turn.change(
        assignee=QUEUE,
        epoch=turn.state.epoch + 1,
        escalation=escalation,
        misunderstandings=0,
        question=None,
        tracker=b"",
        asked_for=None,
        later=(),
        verified=None,
        acknowledged_at=0,
        elsewhere_until=0,
    )
    turn.drop_timers("promise", "claim", "elsewhere")
    if escalation.promised is not None and escalation.promised > turn.now:
        turn.set_timer("promise", escalation.promised)


def _titles(turn: TurnBuilder, intent: str) -> dict[Language, str]:
    name = intent.replace("_", " ").capitalize()
    return {language: turn.bot.title(intent, language) or name for language in LANGUAGES}


def _body(closed: ClosedEscalation) -> dict[str, Any]:
    return closed.model_dump(mode="json")
