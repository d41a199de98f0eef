"""Talk to the example bot as its customers do, with every sentence as they read it."""

from conversation.understanding import Language
from tests.guarantees.example import example_bot
from tests.guarantees.house import MINUTE, House

PRIVACY = "https://stadtwerke-musterstadt.example/datenschutz"
IDLE = 15 * MINUTE
"""The example bot's `claim_idle_minutes`, in ms."""


def new_house(first_reply_minutes: int | None = None) -> House:
    """Return a house with the example bot."""
    return House(example_bot(), first_reply_minutes)


def sentence(name: str, language: Language = "de", **values: str) -> str:
    """Return a sentence of the house (`utter_pforte_<name>`)."""
    return example_bot().say(f"utter_pforte_{name}", language, 0, **values).text


def disclosed(*texts: str, language: Language = "de") -> list[str]:
    """Return what a first answer consists of."""
    return [sentence("disclosure", language, privacy_url=PRIVACY), *texts]


def reference(house: House) -> str:
    """Return the reference of the open or the last escalation."""
    state = house.state()
    escalation = state.escalation or (state.closed.escalation if state.closed else None)
    assert escalation is not None
    return escalation.reference


def buttons(house: House) -> list[str]:
    """Return the titles of the buttons that were shown last."""
    return [title for title, _ in house.messenger.taken[-1].buttons]


def token(house: House, title: str) -> str:
    """Return what a button that was shown last sends when it is tapped."""
    return dict(house.messenger.taken[-1].buttons)[title]


def waiting_house(text: str = "Ich möchte mit einem Menschen sprechen.") -> House:
    """Return a house in which somebody waits for a person, without a time told."""
    house = new_house()
    house.ask(text)
    assert house.state().assignee == "queue"
    return house


def claimed_house() -> tuple[House, int]:
    """Return a house in which Anna has the conversation, and its epoch."""
    house = waiting_house()
    epoch = house.claim().epoch
    house.rest()
    return house, epoch


def resolved_house() -> House:
    """Return a house in which Anna has just answered and closed."""
    house, epoch = claimed_house()
    house.reply("Das ist erledigt.", epoch)
    house.resolve(epoch)
    house.rest()
    return house
