"""Write and read the body of an outbound queue message: a delivery, or a word to `deliver`."""

from conversation.model import Model
from conversation.turn import Delivery, Drain, Typing

type Outgoing = Delivery | Drain | Typing


class _Envelope(Model):
    delivery: Delivery | None = None
    drain: Drain | None = None
    typing: Typing | None = None


def outgoing_to_json(outgoing: Outgoing) -> str:
    """Return the body of the queue message that carries a delivery or a word."""
    match outgoing:
        case Delivery():
            return _Envelope(delivery=outgoing).to_json()
        case Drain():
            return _Envelope(drain=outgoing).to_json()
        case Typing():
            return _Envelope(typing=outgoing).to_json()


def outgoing_from_json(text: str | bytes) -> Outgoing:
    """Read what `outgoing_to_json` wrote. Raises ValueError where it is nothing of it."""
    envelope = _Envelope.from_json(text)
    outgoing = envelope.delivery or envelope.drain or envelope.typing
    if outgoing is None:
        raise ValueError("neither a delivery nor a word to `deliver`")
    return outgoing
