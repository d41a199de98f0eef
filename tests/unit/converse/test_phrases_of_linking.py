"""The wish to go on elsewhere, or to cut, is understood as people write it, and nothing else is."""

import pytest

from converse.phrases_of_linking import cuts, wished_channel


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("weiter in WhatsApp", "whatsapp"),
        ("Weiter in Whatsap bitte!", "whatsapp"),
        ("Können wir auf Whats App weiterschreiben?", "whatsapp"),
        ("Ich würde gern per WhatsApp weitermachen", "whatsapp"),
        ("lieber über wattsapp", "whatsapp"),
        ("continue on Telegram", "telegram"),
        ("Can we continue on telgram please?", "telegram"),
        ("weiter auf Telegramm", "telegram"),
        ("switch to telegram", "telegram"),
        ("wechseln zu Facebook Messenger", "messenger"),
        ("weiter im Messenger", "messenger"),
        ("let us carry on over Insta", "instagram"),
        ("Kann ich auf dem Handy weiterschreiben?", ""),
        ("weiter in einem anderen Messenger", ""),
        ("Can we continue elsewhere?", ""),
        ("weiter in Signal", "signal"),
        (
            "Guten Tag Frau Müller,\nich möchte in WhatsApp weiterschreiben.\nMfg E. Muster",
            "whatsapp",
        ),
        ("Dear team,\nmay I continue on Telegram?\nKind regards\nErika Mustermann", "telegram"),
    ],
)
def test_a_wish_names_its_messenger(text: str, channel: str) -> None:
    """German and English, with slips of the finger; "" where any will do."""
    assert wished_channel(text) == channel


@pytest.mark.parametrize(
    "text",
    [
        "Wann haben Sie geöffnet?",
        "Ich habe Ihnen auf WhatsApp ein Foto geschickt",
        "WhatsApp",
        "Mein Messenger geht nicht",
        "Ich habe weitere Fragen zu meiner Rechnung",
        "Haben Sie weitere Nummern auf WhatsApp?",
        "Wie geht es mit meinem Umzug weiter?",
        "I want to move house on the first of May",
        "Ich möchte den Anbieter wechseln",
        "",
        "weiter",
    ],
)
def test_what_only_mentions_a_messenger_is_no_wish(text: str) -> None:
    """Nobody is sent away who did not ask for it."""
    assert wished_channel(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Verbindung trennen",
        "verbindung trennen!",
        "Bitte die Verbindung trennen",
        "Trenne die Verbindung",
        "Verknüpfung aufheben",
        "unlink",
        "Unlink, please.",
        "unlink this chat",
        "disconnect",
    ],
)
def test_a_cut_is_understood(text: str) -> None:
    """By the words that the house itself tells people to write, and their like."""
    assert cuts(text)


@pytest.mark.parametrize(
    "text",
    [
        "Meine Internetverbindung ist getrennt",
        "Die Verbindung bricht ab, bitte helfen Sie mir",
        "Was passiert, wenn ich die Verbindung trenne?",
        "I got disconnected",
        "Ich möchte meinen Vertrag trennen",
    ],
)
def test_who_writes_about_a_connection_is_not_cut_off(text: str) -> None:
    """Only the words alone count."""
    assert not cuts(text)
