"""What holds for any burst, any history, any reference and any text."""

from hypothesis import given
from hypothesis import strategies as st

from conversation.conversation import KNOWN_IDS, Conversation, short_id
from conversation.event import CustomerEvent
from conversation.incoming import Incoming
from conversation.message import Attachment, Content
from conversation.reference import normalised_reference, reference_number
from conversation.turn import StartedTurn
from converse.builder import TurnBuilder
from converse.burst import is_unfinished, utterances
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House

TEXTS = st.one_of(
    st.sampled_from(
        ["hallo", "Hi!", "mein zähler", "Wann haben Sie offen?", "ok", "4711", "👍", ""]
    ),
    st.text(max_size=40),
)
CONTENTS = st.builds(
    Content,
    text=TEXTS,
    payload=st.sampled_from([None, None, None, "/greet"]),
    album=st.sampled_from(["", "", "7"]),
    unreadable=st.sampled_from(["", "", "poll"]),
    attachments=st.sampled_from([(), (), (Attachment(kind="image", reference="p"),)]),
)


def _event(id_: str, at: int = 0, content: Content | None = None) -> CustomerEvent:
    incoming = Incoming(
        kind="message",
        channel="telegram",
        account="bot",
        user="5",
        provider_id=id_,
        sent_at=at,
        content=content,
    )
    return CustomerEvent(id=id_, at=at, incoming=incoming)


@given(st.lists(CONTENTS, max_size=12))
def test_a_burst_loses_nothing_and_keeps_its_order(contents: list[Content]) -> None:
    """However messages are grouped, all of them are there once, in order, and no group is empty."""
    events = [_event(f"e{n}", content=content) for n, content in enumerate(contents)]
    groups = utterances(events)
    assert [event for group in groups for event in group] == events
    assert all(groups)


@given(st.lists(CONTENTS, max_size=12))
def test_a_group_ends_where_a_message_is_finished(contents: list[Content]) -> None:
    """A finished message ends its group; only the last group may still be open."""
    groups = utterances([_event(f"e{n}", content=content) for n, content in enumerate(contents)])
    for number, group in enumerate(groups, start=1):
        finished = [not is_unfinished(event.incoming.content or Content()) for event in group]
        assert not any(finished[:-1])
        assert finished[-1] or number == len(groups)


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), min_size=1, max_size=30))
def test_whatever_was_taken_is_in_the_ring_or_older_than_what_has_left_it(
    turns: list[list[int]],
) -> None:
    """Only for an event as old as `known_until` need the records be searched."""
    bot = EchoBot()
    state = Conversation(id="c", created=0)
    taken: dict[str, int] = {}
    for number, times in enumerate(turns):
        events = tuple(_event(f"e{number}.{n}", at) for n, at in enumerate(times))
        taken |= {event.id: event.at for event in events}
        builder = TurnBuilder(state, StartedTurn(id=events[0].id, events=events, now=0), bot, None)
        state = builder.finish({})
        assert state.pending is not None
        assert state.pending.event_ids == tuple(event.id for event in events)
        assert state.pending.newest == max(times)
    assert len(state.known) == min(KNOWN_IDS, len(taken))
    assert list(state.known) == [short_id(id_) for id_ in list(taken)[-KNOWN_IDS:]]
    for id_, at in taken.items():
        assert short_id(id_) in state.known or at <= state.known_until


PREFIXES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6)


@given(PREFIXES, st.text(min_size=1, max_size=32), st.integers(1, 10**6))
def test_a_reference_can_be_read_out_and_typed_in_any_way(
    prefix: str, conversation: str, sequence: int
) -> None:
    """Small letters, spaces, no hyphens: all lead to the stored form; no letter is misread."""
    reference = reference_number(prefix, conversation, sequence)
    assert reference == reference_number(prefix, conversation, sequence)
    letters = reference.removeprefix(f"{prefix}-").replace("-", "")
    assert len(letters) == 8
    assert not set(letters) & set("ILOU")
    for typed in (
        reference,
        reference.lower(),
        reference.replace("-", ""),
        reference.replace("-", " "),
        f"  {reference}. ",
    ):
        assert normalised_reference(typed) == reference


@given(st.lists(st.tuples(st.uuids(), st.integers(1, 1000)), unique=True, max_size=40))
def test_references_differ(turns: list[tuple[object, int]]) -> None:
    """Two turns have two references."""
    made = {reference_number("SM", str(conversation), n) for conversation, n in turns}
    assert len(made) == len(turns)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4))
def test_any_text_is_kept_word_for_word_and_never_a_fault(texts: list[str]) -> None:
    """Whatever customers write stands in the thread as they wrote it, and is answered."""
    harmless = [f"{text}?" for text in texts if not set(text.split()) & {"poison", "endless"}]
    house = House(EchoBot())
    for text in harmless:
        house.write(text)
    house.rest()
    if harmless:
        assert house.written() == harmless
        assert "fault" not in house.messenger.texts()
