"""Tell where a customer can be reached and until when, and which address an agent means by it."""

from channels.reach import standing_at, takes_templates, window_at
from conversation.address import Address
from conversation.conversation import Conversation
from conversation.errors import Conflict, WindowClosed
from conversation.model import Model
from conversation.window import Window


class Reachable(Model):
    """An address as an agent may see it; `current` is where answers go.

    `key` names it to us without its being told. `window` is until when one may write freely, None
    where that does not end or is not known. `templates`: approved texts go there at any time.
    `linked_at` (ms) is when it was linked, None for the one that the conversation came from.
    """

    key: str
    channel: str
    user: str
    current: bool
    blocked: bool
    window: Window | None
    templates: bool
    linked_at: int | None


def reachable(conversation: Conversation) -> tuple[Reachable, ...]:
    """Return the addresses of a conversation."""
    linked = {link.address: link.at for link in conversation.links}
    return tuple(
        Reachable(
            key=_key(place, address),
            channel=address.channel,
            user=address.shown,
            current=str(address) == conversation.answer_to,
            blocked=str(address) in conversation.blocked,
            window=window_at(conversation, str(address)),
            templates=takes_templates(str(address)),
            linked_at=linked.get(str(address)),
        )
        for place, address in enumerate(map(Address.parse, conversation.addresses))
    )


def address_meant(conversation: Conversation, key: str) -> str:
    """Return the address of a key, for "" the one where answers go. Raises Conflict."""
    if not key:
        return conversation.answer_to
    for place, address in enumerate(map(Address.parse, conversation.addresses)):
        if _key(place, address) == key and str(address) not in conversation.blocked:
            return str(address)
    raise Conflict("The customer cannot be reached there any more.")


def require_open(conversation: Conversation, address: str, now: int) -> None:
    """Raise WindowClosed where the messenger would refuse what a person writes."""
    if address and not standing_at(conversation, address, now).lets("agent"):
        name = Address.parse(address).channel
        raise WindowClosed(
            f"The messaging window on {name} has closed: send a template, answer at another "
            "address, or wait until the customer writes."
        )


def _key(place: int, address: Address) -> str:
    """Return what tells addresses of one conversation apart, holding no more than agents see.

    Place and looks together: should an address be cut meanwhile, no other is taken for it.
    """
    return f"{place}:{address.channel}:{address.shown}"
