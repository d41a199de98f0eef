"""What goes out together: as few calls as the messenger's limits allow, nothing lost between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Channel
from channels.bubbles import bubble_of, bubbles
from channels.registry import CHANNELS
from conversation.bubble import bubble_id, message_ids
from conversation.message import Attachment, Author, Button, Content, Message

WHATSAPP = CHANNELS["whatsapp"]
CONVERSATION = "c" * 32


def message(number: int, text: str, author: Author = "bot", *titles: str) -> Message:
    buttons = tuple(Button(title=title, payload=f"k.{n}") for n, title in enumerate(titles))
    content = Content(text=text, buttons=buttons)
    id_ = f"{CONVERSATION}.7.{number:02d}"
    return Message(id=id_, author=author, address=None, content=content, sent_at=0)


def texts(channel: Channel, messages: list[Message]) -> list[str]:
    calls = [call for bubble in bubbles(channel, messages, "1", "49") for call in bubble.calls]
    return [_text(call.json) for call in calls]


def _text(body: object) -> str:
    assert isinstance(body, dict)
    if "interactive" in body:
        return str(body["interactive"]["body"]["text"])
    return str(body["text"]["body"])


def test_texts_become_one() -> None:
    """In order, an empty line between; the reference names each."""
    [bubble] = bubbles(WHATSAPP, [message(1, "Eins"), message(3, "Zwei")], "1", "49")
    [call] = bubble.calls
    assert call.json["text"] == {"body": "Eins\n\nZwei"}
    reference = f"{CONVERSATION}.7.01+03"
    assert call.json["biz_opaque_callback_data"] == reference
    assert message_ids(reference) == tuple(m.id for m in bubble.messages)


def test_behind_options_begins_another() -> None:
    """Buttons stay under their own question: what follows it is not squeezed above them."""
    given_ = [message(0, "a"), message(1, "Welche?", "bot", "Rot"), message(2, "b")]
    assert texts(WHATSAPP, given_) == ["a\n\nWelche?", "b"]


def test_an_answer_with_options_has_the_shorter_limit() -> None:
    """A text that would push its buttons over their limit stays apart."""
    given_ = [message(0, "x" * 1000), message(1, "y" * 100, "bot", "Rot")]
    assert texts(WHATSAPP, given_) == ["x" * 1000, "y" * 100]


def test_files_stay_apart() -> None:
    """What is more than words is not joined with words."""
    photo = Content(text="Hier", attachments=(Attachment(kind="location", text="Markt 1"),))
    with_file = message(1, "").model_copy(update={"content": photo})
    found = bubbles(WHATSAPP, [message(0, "a"), with_file, message(2, "b")], "1", "49")
    assert [len(bubble.messages) for bubble in found] == [1, 1, 1]


@pytest.mark.parametrize("name", ["telegram", "messenger", "instagram"])
def test_others_join_nothing(name: str) -> None:
    """Nobody pays by the message there: each stands for itself."""
    found = bubbles(CHANNELS[name], [message(0, "a"), message(1, "b")], "1", "49")
    assert [len(bubble.messages) for bubble in found] == [1, 1]


@pytest.mark.parametrize("reference", ["", "a", "a.b.c", "a.1", "..", "a.1.2.3"])
def test_what_is_no_reference_names_nothing(reference: str) -> None:
    """Whatever comes back, only what looks like ours is taken for it."""
    assert message_ids(reference) == ()


_TEXTS = st.one_of(
    st.text(min_size=1, max_size=30).filter(str.strip), st.integers(1, 5000).map("x".__mul__)
)
_TITLES = st.lists(st.sampled_from(["Rot", "Blau", "Grün"]), max_size=3, unique=True)
_MESSAGES = st.lists(st.tuples(_TEXTS, _TITLES, st.booleans()), min_size=1, max_size=6)


@given(_MESSAGES)
def test_what_is_left_of_a_bubble_takes_as_many_calls(
    said: list[tuple[str, list[str], bool]],
) -> None:
    """Calls are counted: withdrawing the bot's part of a bubble must not change their number."""
    messages = [
        message(n, text, "system" if house else "bot", *titles)
        for n, (text, titles, house) in enumerate(said)
    ]
    found = bubbles(WHATSAPP, messages, "1", "49")
    assert [m for bubble in found for m in bubble.messages] == messages
    for bubble in found:
        assert len(bubble.messages) == 1 or len(bubble.calls) == 1
        left = [m for m in bubble.messages if m.author == "system"]
        if left:
            rest = bubble_of(WHATSAPP, left, "1", "49")
            assert len(rest.calls) == len(bubble.calls)
            assert bubble_id([m.id for m in left]) == rest.calls[0].json["biz_opaque_callback_data"]
