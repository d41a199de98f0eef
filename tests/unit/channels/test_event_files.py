"""The webhook calls in `events/`: what they mean, and that their signatures are right.

Meta's are signed with the app secret `test-app-secret`; Telegram's carry the secret token
`test-secret-token`.
"""

from pathlib import Path
from typing import Any

import pytest

from channels.registry import CHANNELS

EVENTS = Path(__file__).parents[3] / "events"
SECRETS = {
    "app_secret": "test-app-secret",
    "secret_token": "test-secret-token",
    "verify_token": "test-verify-token",
}
POSTED = sorted(
    f"{channel}/{file.stem}"
    for channel, known in CHANNELS.items()
    if known.abilities.webhook
    for file in (EVENTS / channel).glob("*.json")
    if file.stem != "handshake"
)

PSID, IGSID = "5200000000000001", "5300000000000001"

MEANING = {
    "whatsapp/account_update": [("other", "", "", "")],
    "whatsapp/button": [
        ("message", "491700000001", "wamid.test002", "Zählerstand melden"),
    ],
    "whatsapp/echo": [("echo", "491700000001", "wamid.test014", "Wir rufen Sie an.")],
    "whatsapp/edit": [
        ("edit", "491700000001", "wamid.test007", "Wann haben Sie morgen geöffnet?"),
    ],
    "whatsapp/hidden_number": [
        ("message", "DE.13491208655302741918", "wamid.test011", "Hallo ohne Nummer"),
    ],
    "whatsapp/image": [("message", "491700000001", "wamid.test004", "Mein Zähler")],
    "whatsapp/list": [("message", "491700000001", "wamid.test003", "Rechnung erklären")],
    "whatsapp/reaction": [("reaction", "491700000001", "wamid.test006", "")],
    "whatsapp/revoke": [("delete", "491700000001", "wamid.test008", "")],
    "whatsapp/status_failed": [("status", "491700000001", "wamid.ours001", "")],
    "whatsapp/status_read": [("status", "491700000001", "wamid.ours001", "")],
    "whatsapp/text": [
        ("message", "491700000001", "wamid.test001", "Guten Tag, wann haben Sie geöffnet? 🙂"),
    ],
    "whatsapp/two_numbers": [
        ("message", "491700000001", "wamid.test012", "doppelt"),
        ("message", "491700000002", "wamid.test013", "an die andere Nummer"),
    ],
    "whatsapp/unsupported": [("message", "491700000001", "wamid.test005", "")],
    "telegram/blocked": [("block", "5100000001", "500011", "")],
    "telegram/callback_query": [
        ("message", "5100000001", "2190000000000000001", "Abschlag ändern"),
    ],
    "telegram/edited_message": [("edit", "5100000001", "1", "I want to talk to a person")],
    "telegram/group": [("message", "-1001234567890", "9", "Hallo zusammen")],
    "telegram/joined": [("other", "-1001234567890", "10", "")],
    "telegram/location": [("message", "5100000001", "8", "")],
    "telegram/photo": [("message", "5100000001", "3", "Mein Zähler")],
    "telegram/poll": [("message", "5100000001", "7", "")],
    "telegram/reaction": [("reaction", "5100000001", "91", "")],
    "telegram/start": [("message", "5100000001", "2", "/start rechnung")],
    "telegram/text": [("message", "5100000001", "1", "I want to talk to a human")],
    "telegram/unblocked": [("block", "5100000001", "500012", "")],
    "telegram/voice": [("message", "5100000001", "4", "")],
    "messenger/delivery": [
        ("status", PSID, "m_ours001", ""),
        ("status", PSID, "m_ours002", ""),
    ],
    "messenger/delivery_up_to": [("status", PSID, "", "")],
    "messenger/echo": [("echo", PSID, "m_test014", "Wir rufen Sie an.")],
    "messenger/edit": [("edit", PSID, "m_test001", "Wann haben Sie morgen geöffnet?")],
    "messenger/get_started": [("message", PSID, "", "Los geht's")],
    "messenger/image": [("message", PSID, "m_test004", "")],
    "messenger/like": [("message", PSID, "m_test005", "")],
    "messenger/link": [("message", PSID, "m_test007", "https://www.example.com/tarife")],
    "messenger/location": [("message", PSID, "m_test006", "")],
    "messenger/postback": [("message", PSID, "m_test003", "Rechnung erklären")],
    "messenger/quick_reply": [("message", PSID, "m_test002", "Zählerstand melden")],
    "messenger/reaction": [("reaction", PSID, "m_ours001", "")],
    "messenger/read": [("status", PSID, "", "")],
    "messenger/referral": [("referral", PSID, "", "")],
    "messenger/standby": [("other", PSID, "m_test015", "An die andere App")],
    "messenger/test_button": [("other", "12334", "", "")],
    "messenger/text": [
        ("message", PSID, "m_test001", "Guten Tag, wann haben Sie geöffnet? 🙂"),
    ],
    "messenger/thread_control": [("other", PSID, "", "")],
    "messenger/two_pages": [
        ("message", PSID, "m_test012", "doppelt"),
        ("message", "5200000000000002", "m_test013", "an die andere Seite"),
    ],
    "messenger/unreact": [("reaction", PSID, "m_ours001", "")],
    "instagram/date_as_text": [("message", IGSID, "ig_test011", "Hallo")],
    "instagram/echo": [("echo", IGSID, "ig_test010", "Wir rufen Sie an.")],
    "instagram/heart": [("message", IGSID, "ig_test005", "")],
    "instagram/ice_breaker": [("message", IGSID, "ig_test003", "Wann haben Sie geöffnet?")],
    "instagram/image": [("message", IGSID, "ig_test004", "")],
    "instagram/quick_reply": [("message", IGSID, "ig_test002", "Zählerstand melden")],
    "instagram/reel": [("message", IGSID, "ig_test008", "")],
    "instagram/seen": [("status", IGSID, "ig_ours001", "")],
    "instagram/story_mention": [("message", IGSID, "ig_test007", "")],
    "instagram/story_reply": [("message", IGSID, "ig_test006", "Gilt das noch?")],
    "instagram/text": [
        ("message", IGSID, "ig_test001", "Guten Tag, wann haben Sie geöffnet? 🙂"),
    ],
    "instagram/unsend": [("delete", IGSID, "ig_test001", "")],
    "instagram/unsupported": [("message", IGSID, "ig_test009", "")],
}


def test_every_event_file_has_a_meaning_here() -> None:
    """No event file is without a check of what it means."""
    assert set(POSTED) == set(MEANING)


@pytest.mark.parametrize("case", POSTED)
def test_event_files_are_signed_rightly(case: str, load_event: Any) -> None:
    """Every webhook call in events/ passes its messenger's check, and no other body does."""
    channel = CHANNELS[case.split("/")[0]]
    request = load_event(case)
    assert channel.verify(request, SECRETS)
    assert not channel.verify(request, dict.fromkeys(SECRETS, "another"))
    assert not channel.verify(request, {})


@pytest.mark.parametrize("case", POSTED)
def test_event_files_mean_what_they_say(case: str, load_event: Any) -> None:
    """Kind, sender, id and text of every event come out as they went in."""
    request = load_event(case)
    events = CHANNELS[case.split("/")[0]].parse(request.body, request.headers, request.account)
    told = [
        (
            event.kind,
            event.user,
            "" if event.provider_id.startswith("derived:") else event.provider_id,
            event.content.text if event.content else "",
        )
        for event in events
    ]
    assert told == MEANING[case]


@pytest.mark.parametrize("name", ["whatsapp", "messenger", "instagram"])
def test_the_handshake_file_is_answered_with_its_challenge(name: str, load_event: Any) -> None:
    """Meta's set-up request gets its challenge back with the right token only."""
    request, channel = load_event(f"{name}/handshake"), CHANNELS[name]
    answer = channel.handshake(request, SECRETS)
    assert answer is not None
    assert (answer.status, answer.body) == (200, "1158201444")
    assert channel.handshake(request, {"verify_token": "another"}) is None
    assert channel.handshake(request, {}) is None
