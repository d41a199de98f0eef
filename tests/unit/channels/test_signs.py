"""Read marks and typing as each messenger takes them."""

from typing import Any

import pytest

from channels.registry import CHANNELS

READ: dict[str, tuple[str, dict[str, Any]]] = {
    "whatsapp": (
        "/1%2F2/messages",
        {"messaging_product": "whatsapp", "status": "read", "message_id": "m"},
    ),
    "messenger": ("/me/messages", {"recipient": {"id": "49"}, "sender_action": "mark_seen"}),
    "instagram": ("/me/messages", {"recipient": {"id": "49"}, "sender_action": "mark_seen"}),
}
TYPING: dict[str, tuple[str, dict[str, Any]]] = {
    "whatsapp": (
        "/1%2F2/messages",
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "m",
            "typing_indicator": {"type": "text"},
        },
    ),
    "telegram": ("/bot{access_token}/sendChatAction", {"chat_id": 49, "action": "typing"}),
    "messenger": ("/me/messages", {"recipient": {"id": "49"}, "sender_action": "typing_on"}),
    "instagram": ("/me/messages", {"recipient": {"id": "49"}, "sender_action": "typing_on"}),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_signs(name: str) -> None:
    """One call each, a hint whose answer nobody waits for; none where the messenger has none."""
    channel = CHANNELS[name]
    made = {
        "read": channel.mark_read("1/2", "49", "m"),
        "typing": channel.show_typing("1/2", "49", "m"),
    }
    told = {key: (call.path, dict(call.json)) for key, call in made.items() if call}
    expected = {"read": READ.get(name), "typing": TYPING.get(name)}
    assert told == {key: value for key, value in expected.items() if value}
    assert all(call.hint for call in made.values() if call)
    assert channel.abilities.read_marks == (name in READ)


@pytest.mark.parametrize("name", ["whatsapp", "messenger", "instagram"])
def test_without_a_message_nothing_is_marked(name: str) -> None:
    """Who wrote before we kept their message's id is marked by the next reply."""
    assert CHANNELS[name].mark_read("1", "49", "") is None
    assert (CHANNELS[name].show_typing("1", "49", "") is None) == (name == "whatsapp")
