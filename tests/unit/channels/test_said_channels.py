"""The example bot tells of every way to reach the house."""

from pathlib import Path

from ruamel.yaml import YAML

ANSWERS = Path(__file__).parents[3] / "bot" / "domain" / "answers.yml"


def test_every_messenger_and_mail_is_told_in_both_languages() -> None:
    """Who asks how to reach the house hears of no fewer ways than there are."""
    told = YAML(typ="safe").load(ANSWERS)["responses"]
    for variation in told["utter_contact_channels"]:
        text = variation["text"]
        for way in ("WhatsApp", "Telegram", "Messenger", "Instagram"):
            assert way in text
        assert "mail service@" in text.lower()
