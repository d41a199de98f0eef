"""Link into a messenger with a one-time code, where the messenger and its account allow it."""

from collections.abc import Mapping
from urllib.parse import quote

from channels.registry import CHANNELS
from conversation.understanding import Language


def deep_link(
    channel: str,
    account: str,
    secrets: Mapping[str, str],
    code: str,
    language: Language,
    simulated: str = "",
) -> str:
    """Return the link that begins a chat with an account of ours and carries a code, "" for none.

    `secrets` are the account's, with `public_name` where `pforte connect` was told one. `simulated`
    is where all messengers are played, each with a page to write as a customer.
    """
    messenger = CHANNELS.get(channel)
    link = messenger.deep_link(account, secrets, code, language) if messenger else ""
    return f"{simulated}/phone/{channel}?text={quote(code)}" if link and simulated else link
