"""Tell a customer that a file was not taken, and what would be."""

from conversation.event import FileRefused
from conversation.media import TOO_LARGE
from converse.builder import TurnBuilder
from converse.elsewhere import is_speaking
from converse.escalate import MINUTE

AGAIN_AFTER = 10 * MINUTE
"""Of several files one after the other it is told once in so long (ms)."""

_MB = 1_000_000


def tell_refused(turn: TurnBuilder, event: FileRefused) -> None:
    """Tell it where the file was sent from; while a person has the conversation, they do."""
    told_lately = turn.now - turn.state.refused_at < AGAIN_AFTER
    if told_lately or turn.state.agent is not None or is_speaking(turn):
        return
    turn.change(refused_at=turn.now)
    if event.reason == TOO_LARGE and event.limit:
        limit = str(event.limit // _MB)
        turn.tell(event.address, "utter_pforte_file_too_large", limit=limit)
    else:
        turn.tell(event.address, "utter_pforte_file_refused")
