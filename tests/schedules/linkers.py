"""Let customers link their messengers while everything else happens, and cut them again."""

from typing import TYPE_CHECKING

from conversation.event import Cut
from conversation.link import CODE_LIFE
from tests.schedules.ground import SECOND

if TYPE_CHECKING:
    from tests.schedules.people import People


def plan_links(people: "People", addresses: list[str], span: int) -> None:
    """Link pairs of addresses at random moments, and cut some of them at others."""
    choice = people.choice
    if len(addresses) < 2 or not choice.chance(0.5):
        return
    for _ in range(1 + choice.below(3)):
        moment = people.now + choice.below(span) * SECOND
        people.at(moment, _link, people, choice.of(addresses), choice.of(addresses))
    for _ in range(choice.below(3)):
        moment = people.now + choice.below(span + 60) * SECOND
        act = choice.of((_cut_off, _cut_off, _cut_by_agent))
        people.at(moment, act, people, choice.of(addresses))


def _link(people: "People", shown_at: str, typed_at: str) -> None:
    """Type a code at one address that was shown at another, where there was a conversation."""
    states = people.table.all_conversations()
    state = states.get(people.identity.conversation(shown_at))
    while state is not None and state.merged_into:
        state = states[state.merged_into]
    if state is None or not state.addresses:
        return
    name = f"link{next(people.numbers)}"
    code = people.identity.link_code(name)
    body = {"conversation": state.id, "created": state.created, "address": shown_at}
    people.table.put_link_code(people.identity.link_key(code), body, people.now + CODE_LIFE)
    people.say(typed_at, f"here 1 {name} {code}")
    if people.choice.chance(0.3):  # whoever types it too is too late
        people.say(people.choice.of(tuple(people.written_from)), f"here 1 {name} {code}")


def _cut_off(people: "People", address: str) -> None:
    people.say(address, "unlink")


def _cut_by_agent(people: "People", address: str) -> None:
    conversation = people.identity.conversation(address)
    event = Cut(id=f"cut{next(people.numbers)}", at=people.now, agent="agent1")
    people.spawn("desk", lambda: people.inbound.send(conversation, event), 10)
