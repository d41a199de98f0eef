"""Show an address so that an agent recognises it and cannot note it down."""

from conversation.address import Address


def masked(address: Address) -> str:
    """Return the user part with its middle hidden: a number keeps its country and its end."""
    user = address.user
    if address.channel == "webchat":
        return ""
    if address.channel == "whatsapp" and user.isdigit() and len(user) >= 10:
        return f"+{user[:2]} {user[2:5]} ••• {user[-3:]}"
    return f"••• {user[-3:]}" if len(user) > 5 else "•••"
