"""Believe the company: who is signed in to its app or portal is not asked who they are."""

from conversation.signed_in import SignedIn
from converse.builder import TurnBuilder


def believe(turn: TurnBuilder, signed_in: SignedIn | None) -> None:
    """Take over language and identity from the company's token.

    Only where the token says all that the bot wants to know, and not in the middle of a form:
    there a customer may have named another's number, which is then to be proven and not replaced.
    """
    if signed_in is None:
        return
    turn.change(language=turn.state.language or signed_in.language)
    wanted, said = turn.bot.front_door.identity, signed_in.claims
    if wanted and said.keys() >= wanted.keys() and turn.state.asked_for is None:
        turn.identity = {slot: said[claim] for claim, slots in wanted.items() for slot in slots}
