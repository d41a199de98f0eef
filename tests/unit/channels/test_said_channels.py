"""The example bot tells of every way to reach the house."""

from pathlib import Path

import yaml

ANSWERS = Path(__file__).parents[3] / "bot" / "domain" / "answers.yml"


def test_every_messenger_and_mail_is_told_in_both_languages() -> None:
    """Who asks how to reach the house hears of no fewer ways than there are."""
    told = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))["responses"]
    for variation in told["utter_contact_channels"]:
        text = variation["text"]
        for way in ("WhatsApp", "Telegram", "Messenger", "Instagram"):
            assert way in text
        assert "mail service@" in text.lower()
