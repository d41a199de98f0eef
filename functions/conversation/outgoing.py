"""Write and read the body of an outbound queue message: a delivery, or the word to drain."""

from conversation.model import Model
from conversation.turn import Delivery, Drain


class _Envelope(Model):
    delivery: Delivery | None = None
    drain: Drain | None = None


def outgoing_to_json(outgoing: Delivery | Drain) -> str:
    """Return the body of the queue message that carries a delivery or a drain."""
    if isinstance(outgoing, Delivery):
        return _Envelope(delivery=outgoing).to_json()
    return _Envelope(drain=outgoing).to_json()


def outgoing_from_json(text: str | bytes) -> Delivery | Drain:
    """Read what `outgoing_to_json` wrote. Raises ValueError where it is neither."""
    envelope = _Envelope.from_json(text)
    outgoing = envelope.delivery or envelope.drain
    if outgoing is None:
        raise ValueError("neither a delivery nor a drain")
    return outgoing
