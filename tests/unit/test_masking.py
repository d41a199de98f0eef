"""Card numbers and secrets are hidden before anything keeps them; other numbers stay."""

import json

import pytest

from conversation.masking import is_card, masked, masked_cards, masked_json, masked_text
from conversation.message import Attachment, Content

HIDDEN = {
    "4111 1111 1111 1111": "•••• 1111",
    "meine Karte: 5500-0055-5555-5559, danke": "meine Karte: •••• 5559, danke",
    "Amex 3782 822463 10005.": "Amex •••• 0005.",
    "Nr4111111111111111": "Nr•••• 1111",
    "4111\u00a01111\u00a01111\u00a01111": "•••• 1111",
    "4111 1111 1111 1111 12/27 123": "•••• 1111 12/27 ••••",
    "zwei: 4111111111111111 und 5500005555555559": "zwei: •••• 1111 und •••• 5559",
    "Kunde 4711 4111111111111111": "Kunde 4711 •••• 1111",
    "meine PIN ist 1234": "meine PIN ist ••••",
    "TAN: 123456 kam an": "TAN: •••• kam an",
    "CVV 123": "CVV ••••",
    "the security code is 9876": "the security code is ••••",
    "Mein Passwort ist Sonne!2024": "Mein Passwort ist ••••",
    "password: hunter": "password: ••••",
}

SHOWN = [
    "Zählerstand 4711 und 12345678",
    "IBAN DE89 3704 0044 0532 0130 00",
    "AT611904300234573201",
    "ruf an: +49 1512 3456789, 0049 151 23456789",
    "4111 1111 1111 1112",
    "0000 0000 0000 0000",
    "Mein Passwort ist falsch",
    "Passwort: vergessen!",
    "die TAN kommt nicht, seit 3 Tagen",
    "PIN vergessen 2 mal",
    "Rechnung 2024-10-22-0001 vom 12.03.2024",
    "pin 12.50 €",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_card_numbers_and_secrets_are_hidden(text: str) -> None:
    """The last four digits of a card stay, so that people can say which one is meant."""
    assert masked_text(text) == HIDDEN[text]


@pytest.mark.parametrize("text", SHOWN)
def test_other_numbers_stay(text: str) -> None:
    """What is no card and no secret is what the request is about."""
    assert masked_text(text) == text


@pytest.mark.parametrize("text", [*HIDDEN, *SHOWN])
def test_masking_twice_changes_nothing(text: str) -> None:
    """A repeat, or a second place that masks, does no harm."""
    assert masked_text(masked_text(text)) == masked_text(text)


@pytest.mark.parametrize("text", HIDDEN)
def test_of_what_agents_write_card_numbers_alone_are_hidden(text: str) -> None:
    """A code or a password they may have to send; of a card nothing more is kept than of theirs."""
    has_card = "4111" in text or "5500" in text or "3782" in text
    assert masked_cards(text) == (HIDDEN[text] if has_card else text)


def test_all_texts_of_a_message_are_masked() -> None:
    """A caption, a shared contact and a file's name are texts too; the rest stays as it is."""
    attachment = Attachment(
        kind="contact",
        text="Karte 4111111111111111",
        reference="m-1",
        filename="Visa 4111111111111111.pdf",
    )
    content = Content(text="4111111111111111", attachments=(attachment,), payload="/pay")

    found = masked(content)

    assert found.text == "•••• 1111"
    assert found.attachments[0].text == "Karte •••• 1111"
    assert found.attachments[0].filename == "Visa •••• 1111.pdf"
    assert (found.payload, found.attachments[0].reference) == ("/pay", "m-1")


def test_a_raw_body_stays_json() -> None:
    """Strings are masked however they are escaped; numbers and structure stay."""
    body = json.dumps({"at": 4111111111111111, "text": 'Käse\u00a04111 1111 1111 1111 "x"'})

    found = json.loads(masked_json(body.encode()))

    assert found == {"at": 4111111111111111, "text": 'Käse\u00a0•••• 1111 "x"'}


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a', b'"\\x 4111111111111111"'])
def test_a_body_that_is_no_json_is_kept_as_well(body: bytes) -> None:
    """Nothing that came is refused because it cannot be masked."""
    assert b"4111111111111111" not in masked_json(body)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("4222222222222", True), ("411111111111", False), ("4111111111111112", False)],
)
def test_luhns_check_and_the_length_tell_a_card(digits: str, expected: bool) -> None:
    """Thirteen digits are enough, twelve are not, and the last digit has to fit."""
    assert is_card(digits) is expected
