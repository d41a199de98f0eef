"""Let the bot be silent while one of our people answers the customer in another app.

The messenger tells such words as echoes: of the page's inbox, the Instagram app, the WhatsApp
Business app. Whoever writes in between and is left without an answer comes into our queue.
"""

from collections.abc import Sequence

from conversation.conversation import BOT
from conversation.event import CustomerEvent
from converse.builder import TurnBuilder
from converse.escalate import HOUR, MINUTE, hand_over

UNANSWERED = "elsewhere"
"""The timer of a customer who waits for a word from the other app."""

_REF_SHOWN = 200

_CONTROL_NOTES = {"ours": "handed_to_us", "theirs": "taken_by_other_app"}


def listen(turn: TurnBuilder, events: Sequence[CustomerEvent]) -> None:
    """Be silent from the first word of a person on, before anything of this turn is answered.

    What the bot has said and the messenger has not taken yet is withdrawn, as after a claim.
    """
    said = [event.at for event in events if _is_by_person(event)]
    until = min(max(said, default=0), turn.now) + turn.bot.front_door.elsewhere_hours * HOUR
    if not said or until <= turn.now:
        return
    turn.drop_timers("promise", "claim", UNANSWERED)
    if turn.state.assignee == BOT and not is_speaking(turn):
        epoch = turn.state.epoch + 1
        turn.change(epoch=epoch, claimed_epoch=epoch, misunderstandings=0)
        ask_nothing(turn)
    turn.change(elsewhere_until=max(until, turn.state.elsewhere_until))


def ask_nothing(turn: TurnBuilder) -> None:
    """Let the bot's open question go: what the customer writes next is no answer to it."""
    turn.change(question=None, tracker=b"", asked_for=None, later=())


def is_speaking(turn: TurnBuilder) -> bool:
    """Say whether somebody answers elsewhere now."""
    return turn.now < turn.state.elsewhere_until


def wait_for_word(turn: TurnBuilder) -> None:
    """Give the customer who wrote to our queue unless somebody answers there."""
    if turn.state.assignee == BOT and UNANSWERED not in turn.state.timers:
        idle = turn.bot.front_door.claim_idle_minutes * MINUTE
        turn.set_timer(UNANSWERED, turn.now + idle)


def fetch_unanswered(turn: TurnBuilder) -> None:
    """Hand over who was left without an answer."""
    if turn.state.assignee == BOT:
        hand_over(turn, "unanswered_elsewhere", question=turn.state.last_message)


def keep(turn: TurnBuilder, event: CustomerEvent) -> None:
    """Keep what was said or done beside the customer's own messages to us.

    Where the messenger gives the conversation back to us, nobody speaks elsewhere any more.
    """
    incoming = event.incoming
    if incoming.kind == "other" and incoming.content is None:
        turn.note(_CONTROL_NOTES[incoming.control or "theirs"], event.id)
        if incoming.control == "ours":
            turn.drop_timers(UNANSWERED)
            turn.change(elsewhere_until=0)
    elif incoming.kind != "referral":
        turn.keep(event)
    if incoming.ref:
        turn.note(f"referral: {incoming.ref[:_REF_SHOWN]}", event.id)


def _is_by_person(event: CustomerEvent) -> bool:
    """Say whether it tells of words in another app; where that has control, it says so itself."""
    return event.incoming.kind == "echo" and event.incoming.control != "theirs"
