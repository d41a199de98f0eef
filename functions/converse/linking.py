"""Let one conversation go on in another messenger: prove, merge, take in, cut.

A link is an event for both conversations, and the older one survives. `created` never changes, so
that of any two the same one is the older for ever and nothing can be merged in a circle. The
other one passes on whatever still arrives; passing on is a turn, so it knows its repeats.
"""

from collections.abc import Generator
from typing import Any

from channels.reach import heard_from
from channels.registry import title_of
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.event import (
    Absorb,
    CustomerEvent,
    Cut,
    DeadLetter,
    Event,
    FileRefused,
    LinkRequest,
    Unlinked,
    Wake,
)
from conversation.link import (
    WRONG_CODES,
    WRONG_CODES_FOR,
    OfferLinks,
    TakeCode,
    code_carried,
)
from converse.builder import TurnBuilder

MOST_WAS = 16
"""So many conversations are remembered in which an address was before it began anew."""


def destination(state: Conversation | None, event: Event) -> str:
    """Return the conversation that an event is passed on to, "" where it is for this one."""
    if state is None or isinstance(event, Wake | Cut):
        return ""
    return state.onward.get(_address_of(event), "") or state.merged_into


def _address_of(event: Event) -> str:
    """Return the address that an event came from or is about, "" where it is about none."""
    match event:
        case CustomerEvent():
            return event.incoming.address
        case DeadLetter():
            return event.original.incoming.address
        case Unlinked() | FileRefused():
            return event.address
    return ""


def pass_on(turn: TurnBuilder, home: str, event: Event) -> None:
    """Send an event on, and remember where the addresses belong of which it tells."""
    turn.send(home, event.model_copy(update={"hops": event.hops + 1}))
    onward = turn.state.onward
    if isinstance(event, CustomerEvent):
        turn.change(heard=heard_from(turn.state, event.incoming, turn.now))
    if isinstance(event, Absorb):
        turn.change(onward=onward | dict.fromkeys(event.addresses, home))
    elif isinstance(event, Unlinked) and event.address in onward:
        turn.change(onward=_without(onward, event.address))


def prove(
    turn: TurnBuilder, event: CustomerEvent, code: str
) -> Generator[TakeCode, dict[str, Any]]:
    """Use a code up that arrived here: whoever has it, has both addresses.

    One sentence answers every code that opens nothing, be it wrong, used, expired, or one try too
    many.
    """
    state = turn.state
    lately = tuple(at for at in state.wrong_codes if turn.now - at < WRONG_CODES_FOR)
    key = f"link/{event.id}"
    found: dict[str, Any] = {}
    if len(lately) < WRONG_CODES:
        found = yield TakeCode(key=key, code=code, by=event.id, at=turn.now)
    if not found:
        turn.change(wrong_codes=(*lately, turn.now)[-WRONG_CODES:])
        turn.utter("utter_pforte_link_failed")
        return
    other = str(found["conversation"])
    if other == state.id or any(link.conversation == other for link in state.links):
        turn.utter("utter_pforte_link_here")
        return
    request = LinkRequest(
        id=f"link:{event.id}",
        at=turn.now,
        conversation=other,
        created=int(found["created"]),
        proved_at=event.incoming.address,
        offered_at=str(found["address"]),
    )
    link(turn, request)


def link(turn: TurnBuilder, request: LinkRequest) -> None:
    """Merge into the other conversation if it is the older one, else ask it to merge into this."""
    state = turn.state
    if request.conversation == state.id:
        return
    if (request.created, request.conversation) < (state.created, state.id):
        _merge_into(turn, request)
        return
    ours = {"id": f"link:{state.id}:{turn.sequence}", "at": turn.now, "hops": 0}
    about_us = {"conversation": state.id, "created": state.created}
    turn.send(request.conversation, request.model_copy(update=ours | about_us))


def _merge_into(turn: TurnBuilder, request: LinkRequest) -> None:
    """Give everything to the older conversation; from the next event on, pass it on."""
    state = turn.state
    kept = state.model_copy(update={"known": {}, "pending": None, "started": None})
    turn.send(
        request.conversation,
        Absorb(
            id=f"absorb:{state.id}:{turn.sequence}",
            at=turn.now,
            source=state.id,
            addresses=state.addresses,
            state=kept.to_json(),
            proved_at=request.proved_at,
            offered_at=request.offered_at,
        ),
    )
    turn.state = Conversation(
        id=state.id,
        version=state.version,
        sequence=state.sequence,
        created=state.created,
        epoch=state.epoch,
        claimed_epoch=state.claimed_epoch,
        language=state.language,
        name=state.name,
        addresses=state.addresses,
        answer_to=state.answer_to,
        blocked=state.blocked,
        heard=state.heard,
        threads=state.threads,
        disclosed=state.disclosed,
        known=state.known,
        known_until=state.known_until,
        links=state.links,
        merged_into=request.conversation,
        merges=state.merges + 1,
        last_own=turn.sequence,
        was=state.was,
        onward={
            **{link.address: request.conversation for link in state.links},
            **state.onward,
        },
        wrong_codes=state.wrong_codes,
        writer=state.writer,
    )


def offer(turn: TurnBuilder, channel: str) -> Generator[OfferLinks, dict[str, Any]]:
    """Tell the ways to another messenger, or to one of them, with a code that is typed there."""
    state = turn.state
    offered = yield OfferLinks(
        key=f"offer/{turn.started.id}/{state.created}",
        conversation=state.id,
        created=state.created,
        address=state.answer_to,
        language=turn.language,
        at=turn.now,
    )
    links = [link for link in offered.get("links", ()) if channel in ("", link["channel"])]
    if not links:
        turn.utter("utter_pforte_link_none")
        return
    lines = "\n".join(f"{title_of(link['channel'])}: {link['url']}" for link in links)
    turn.utter("utter_pforte_link_offer", links=lines, code=str(offered["code"]))


def part(turn: TurnBuilder) -> None:
    """Cut the address that the customer writes from: it begins anew.

    The address that a conversation came from cannot leave it: there the others leave.
    """
    state = turn.state
    own = state.answer_to == state.addresses[0]
    leaving = [link for link in state.links if own or link.address == state.answer_to]
    for link in leaving:
        cut = Cut(
            id=f"cut:{state.id}:{turn.sequence}:{link.conversation}",
            at=turn.now,
            language=state.language,
            wished=state.wished,
            disclosed=state.disclosed,
        )
        turn.send(link.conversation, cut)
    if not leaving:
        turn.utter("utter_pforte_not_linked")
    elif own:
        turn.utter("utter_pforte_unlinked_here")


def begin_anew(turn: TurnBuilder, cut: Cut) -> None:
    """Leave the conversation that this one was merged into; what was said there stays there.

    The language goes on, and nobody reads twice that this is a bot.
    """
    state = turn.state
    if not state.merged_into:
        return
    home = state.addresses[0]
    turn.send(
        state.merged_into,
        Unlinked(
            id=f"unlinked:{state.id}:{turn.sequence}",
            at=turn.now,
            conversation=state.id,
            address=home,
        ),
    )
    turn.state = state.model_copy(
        update={
            "epoch": state.epoch + 1,
            "language": cut.language or state.language,
            "wished": cut.wished if cut.language else state.wished,
            "disclosed": tuple(dict.fromkeys((*state.disclosed, *cut.disclosed))),
            "addresses": (home,),
            "answer_to": home,
            "links": (),
            "merged_into": "",
            "was": tuple(dict.fromkeys((*state.was, state.merged_into)))[-MOST_WAS:],
        }
    )
    turn.utter("utter_pforte_unlinked")


def let_go(turn: TurnBuilder, event: Unlinked) -> None:
    """Forget an address that has left; answers go to what was linked last of those that stay."""
    state = turn.state
    if event.address not in state.addresses[1:]:
        return
    staying = tuple(a for a in state.addresses if a != event.address)
    turn.change(
        addresses=staying,
        answer_to=staying[-1] if state.answer_to == event.address else state.answer_to,
        blocked=tuple(a for a in state.blocked if a != event.address),
        heard=_without(state.heard, event.address),
        threads=_without(state.threads, event.address),
        unread=_without(state.unread, event.address),
        links=tuple(link for link in state.links if link.conversation != event.conversation),
    )
    turn.note(f"unlinked: {Address.parse(event.address).channel}", event.id)


def wrote_before(state: Conversation, epoch: int) -> bool:
    """Say whether an agent wrote in the merged conversation and still has it in this one."""
    return any(link.theirs == epoch and link.epoch == state.epoch for link in state.links)


def carries_code(event: Event) -> bool:
    """Say whether an event is to be handled by itself, because a code came with it."""
    return isinstance(event, CustomerEvent) and bool(code_carried(event.incoming))


def _without[Value](by_address: dict[str, Value], *addresses: str) -> dict[str, Value]:
    return {key: value for key, value in by_address.items() if key not in addresses}
