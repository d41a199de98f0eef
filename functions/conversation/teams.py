"""Know the teams by what was handed to them: the desk has no bot whose settings would name them."""

from typing import Final

from conversation.turn import Item

TEAMS: Final = "TEAMS"
"""Stands in the place of a conversation's id: the teams' items are read together."""

PREFIX: Final = "TEAM#"


def team_item(team: str) -> Item:
    """Return the item that makes a team's queue known; a hand-over puts it with its turn."""
    return Item(pk=f"C#{TEAMS}", sk=f"{PREFIX}{team}", body={"team": team})
