"""From a mail to a messenger and back: the sender must be proven before anything is opened."""

import pytest

from conversation.conversation import Conversation
from conversation.link import code_in
from tests.guarantees import messenger
from tests.guarantees.linking import PHONE, NamingBot
from tests.guarantees.post import PostHouse, plain

LETTER = """Sehr geehrte Damen und Herren,

ich würde gern in WhatsApp weiterschreiben.

Mit freundlichen Grüßen
Erika Mustermann"""


@pytest.fixture
def house() -> PostHouse:
    return PostHouse(NamingBot())


def _writes(house: PostHouse, text: str, number: int = 1) -> None:
    """Let the same customer write on WhatsApp."""
    house.now += 1_000
    said = messenger.whatsapp_message(PHONE, number, house.now, type="text", text={"body": text})
    assert house.post(messenger.whatsapp_event({"messages": [said]})) == 200
    house.rest()


def _mails(house: PostHouse, text: str, **verdicts: str) -> str:
    """Let the customer mail; returns what was mailed back, "" for nothing."""
    before = len(house.ses.sent)
    house.now += 60_000
    house.mail(text, **verdicts)
    house.rest()
    return "\n".join(plain(mail) for mail in house.ses.sent[before:])


def _phone(house: PostHouse) -> Conversation:
    return house.state(PHONE, "whatsapp")


def _mail(house: PostHouse) -> Conversation:
    conversation = house.table.conversation(house.conversation_of())
    assert conversation is not None
    return conversation


@pytest.mark.parametrize("wish", ["Weiter in WhatsApp", LETTER, "Can we continue on WhatsApp?"])
def test_the_answer_to_a_mail_carries_link_and_code(house: PostHouse, wish: str) -> None:
    """Written as people write mails; the code, sent in WhatsApp, makes one conversation of both."""
    answer = _mails(house, wish)
    code = code_in(answer)
    assert "https://wa.me/" in answer
    assert code
    _writes(house, f"Hier bin ich: {code}")
    assert _phone(house).merged_into == _mail(house).id
    assert {address.partition(":")[0] for address in _mail(house).addresses} == {
        "email",
        "whatsapp",
    }


def test_a_code_in_a_mail_links_its_sender(house: PostHouse) -> None:
    """A code shown in WhatsApp, mailed by whom the sender's domain vouches for."""
    _writes(house, "Weiter in einem anderen Kanal")
    code = code_in(" ".join(house.messenger.texts(PHONE)))
    assert code
    assert "linked" in _mails(house, f"Mein Code: {code}")
    assert _mail(house).merged_into == _phone(house).id


@pytest.mark.parametrize("dmarc", ["FAIL", "GRAY", "PROCESSING_FAILED"])
def test_a_sender_who_is_not_proven_neither_links_nor_cuts(house: PostHouse, dmarc: str) -> None:
    """From can be written by anybody: the code stays good, the link stays."""
    _writes(house, "Weiter in einem anderen Kanal")
    code = code_in(" ".join(house.messenger.texts(PHONE)))
    assert "linked" not in _mails(house, f"Mein Code: {code}", dmarc=dmarc)
    assert _mail(house).merged_into == ""
    _mails(house, f"Mein Code: {code}")
    assert _mail(house).merged_into == _phone(house).id
    _mails(house, "Verbindung trennen", dmarc=dmarc)
    assert _mail(house).merged_into == _phone(house).id
    _mails(house, "Bitte die Verbindung trennen.")
    assert _mail(house).merged_into == ""
