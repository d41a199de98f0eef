"""Show what a row of the queue tells."""

from conversation.conversation import Conversation
from conversation.escalation import Escalation
from conversation.summary import summary


def conversation(**fields: object) -> Conversation:
    """Return a conversation that waits."""
    first = {
        "id": "c1",
        "created": 1,
        "addresses": ("telegram:bot:123456", "whatsapp:1:491701234567"),
        "answer_to": "whatsapp:1:491701234567",
        "language": "de",
        "epoch": 3,
        "last_message": "Hallo?",
        "last_message_at": 7,
        "escalation": Escalation(
            reference="MS-1", opened=5, due=6, reason="intent", promised=9, question="Wo?"
        ),
    }
    return Conversation.model_validate({**first, **fields})


def test_row_tells_who_waits_for_what_and_since_when() -> None:
    """An agent sees from the list whom to take, without opening the conversation."""
    assert summary(conversation(name="Erika Mustermann")) == {
        "name": "Erika Mustermann",
        "channel": "whatsapp",
        "reference": "MS-1",
        "reason": "intent",
        "titles": {},
        "question": "Wo?",
        "last_message": "Hallo?",
        "last_message_at": 7,
        "opened": 5,
        "promised": 9,
        "language": "de",
        "epoch": 3,
    }


def test_address_is_masked_where_there_is_no_name() -> None:
    """A phone number does not stand in a list, and a short id is not guessable from it."""
    assert summary(conversation())["name"] == "+49 170 ••• 567"


def test_long_texts_are_cut() -> None:
    """The index carries a list row, not a letter."""
    long = summary(conversation(last_message="wort " * 100))["last_message"]
    assert len(long) <= 120
    assert long.endswith("wort…")


def test_conversation_without_anything_still_has_a_row() -> None:
    """A row never fails, whatever is missing."""
    empty = summary(conversation(addresses=(), answer_to="", escalation=None, language=None))
    assert (empty["name"], empty["channel"], empty["promised"]) == ("", "", None)
