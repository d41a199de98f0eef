"""Know every messenger: one line each."""

from channels import instagram, mail, messenger, telegram, webchat, whatsapp
from channels.base import Channel
from conversation.errors import NotFound

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        whatsapp.CHANNEL,
        telegram.CHANNEL,
        messenger.CHANNEL,
        instagram.CHANNEL,
        mail.CHANNEL,
        webchat.CHANNEL,
    )
}


def channel_named(name: str) -> Channel:
    """Return a messenger by its name. Raises NotFound."""
    try:
        return CHANNELS[name]
    except KeyError:
        raise NotFound(f"There is no channel {name!r}; there are {', '.join(CHANNELS)}.") from None


def title_of(name: str) -> str:
    """Return a channel's name as people write it, of one that is gone as well."""
    known = CHANNELS.get(name)
    return known.title if known else name.capitalize()
