"""Hold the sentences that are said where no bot is loaded."""

from conversation.message import Content
from conversation.understanding import Language

_AGENT_JOINED: dict[Language, tuple[str, str]] = {
    "de": ("{agent} ist jetzt für Sie da.", "Jetzt ist ein Mensch für Sie da."),
    "en": ("{agent} is here for you now.", "A person is here for you now."),
}


def agent_joined(agent: str, language: Language) -> Content:
    """Say to the customer who took over; `agent` is the person's name, "" where it is unknown."""
    named, unnamed = _AGENT_JOINED[language]
    return Content(text=named.format(agent=agent) if agent else unnamed)
