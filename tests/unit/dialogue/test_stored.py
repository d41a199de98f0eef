"""A dialogue is kept between turns in few bytes, whole where it is read again, for any text."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from dialogue.runtime import stored
from dialogue.runtime.calls import Act, Result
from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain, Form, Slot
from dialogue.runtime.events import Event, action, active_loop, bare, rejected, said, slot
from dialogue.runtime.history import MOST_TURNS, remembered
from dialogue.runtime.responses import bot_said
from dialogue.runtime.states import steps_of
from dialogue.runtime.stored import FORM, MOST_BYTES, Unreadable, pack, unpack
from dialogue.runtime.tracker import Tracker
from tests.unit.dialogue.dialogues import Talk, kinds, taught

DOMAIN = """
intents: [greet, submit_meter_reading, inform, opening_hours, goodbye, nlu_fallback]
entities: [meter_number, reading]
slots:
  meter_number: {type: text, mappings: [{type: from_entity, entity: meter_number}]}
  reading: {type: text, mappings: [{type: from_entity, entity: reading}]}
  reference: {type: text, mappings: [{type: custom}]}
forms:
  meter_reading_form: {required_slots: [meter_number, reading]}
responses:
  utter_greet:
  - text: Guten Tag! Ich bin der digitale Assistent der Stadtwerke. Wobei kann ich helfen?
    buttons:
    - {title: Zählerstand melden, payload: /submit_meter_reading}
    - {title: Öffnungszeiten, payload: /opening_hours}
  utter_ask_meter_number:
  - text: Wie lautet Ihre Zählernummer? Sie steht auf dem Zähler und auf der Rechnung.
  utter_ask_reading:
  - text: Und welchen Stand zeigt der Zähler {meter_number} jetzt, ohne Nachkommastellen?
  utter_submitted:
  - text: Danke, der Stand {reading} ist eingetragen. Ihre Vorgangsnummer ist {reference}.
  utter_opening_hours:
  - text: Unser Kundenzentrum am Markt ist montags bis freitags von 9 bis 17 Uhr geöffnet.
  utter_goodbye:
  - text: Auf Wiedersehen, einen schönen Tag noch!
  utter_default:
  - text: Das habe ich leider nicht verstanden. Können Sie es anders sagen?
actions: [validate_meter_reading_form, action_submit_reading]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
"""
RULES = """
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: bye
  steps: [{intent: goodbye}, {action: utter_goodbye}]
- rule: hours
  steps: [{intent: opening_hours}, {action: utter_opening_hours}]
- rule: meter
  steps:
  - intent: submit_meter_reading
  - action: meter_reading_form
  - active_loop: meter_reading_form
- rule: meter done
  condition: [{active_loop: meter_reading_form}]
  steps:
  - action: meter_reading_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: action_submit_reading
  - action: utter_submitted
"""
CONFIG = "policies:\n- name: RulePolicy\n- name: MemoizationPolicy\n"
SUBMITTED = [slot("reference", "SW-004711"), slot("meter_number", None), slot("reading", None)]
ACTIONS: dict[str, Act | Result] = {
    "validate_meter_reading_form": {"events": []},
    "action_submit_reading": {"events": SUBMITTED},
}
VISIT = [
    ("Guten Tag, hallo", "greet", None),
    ("ich möchte meinen Zählerstand melden", "submit_meter_reading", None),
    ("die Nummer ist {} glaube ich", "inform", "meter_number"),
    ("wann haben Sie eigentlich geöffnet?", "opening_hours", None),
    ("der Stand ist {} kWh", "inform", "reading"),
    ("ok danke, tschüss", "goodbye", None),
    ("hmpf grmbl xyz", "nlu_fallback", None),
]
GUESSES = ["submit_meter_reading", "inform", "opening_hours", "goodbye", "greet"]


def drawn(number: int, below: int) -> int:
    """Return a number that looks random, the same every time."""
    return int(hashlib.sha256(str(number).encode()).hexdigest(), 16) % below


def customer() -> Iterator[Event]:
    """Say what a customer says who comes again and again, as it is understood."""
    number = 0
    while True:
        for words, intent, entity in VISIT:
            number += 1
            value = str(drawn(number, 10**8))
            text = words.format(value)
            start = words.find("{}")
            found = {"entity": entity, "value": value, "start": start, "end": start + 8}
            more = {"extractor": "RegexEntityExtractor", "additional_info": {}}
            sure = 0.9 + drawn(number, 10**3) / 10_000
            ranking = [{"name": intent, "confidence": sure}]
            for place, name in enumerate(GUESSES):
                ranking.append({"name": name, "confidence": drawn(number + place, 10**4) / 100_000})
            yield said(
                text,
                intent,
                [{**found, **more}] if entity else [],
                confidence=sure,
                ranking=ranking,
                metadata={"key": f"turn-{drawn(number, 10**12)}"},
            )


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    return taught(tmp_path_factory.mktemp("bot"), DOMAIN, RULES, config=CONFIG).runtime


def visited(runtime: Runtime, turns: int) -> tuple[Talk, list[int]]:
    """Talk for so many turns, stored and read again after each; returns the sizes too."""
    talk = Talk(runtime, ACTIONS)
    talk.now = 1_795_338_410.123
    sizes = []
    for number, message in enumerate(islice(customer(), turns)):
        talk.now = round(talk.now + drawn(number, 10**5) / 1000, 3)
        talk.say("", message=message, after=0)
        packed = pack(talk.tracker)
        sizes.append(len(packed))
        talk.tracker = unpack(packed, runtime.domain)
    return talk, sizes


def test_a_realistic_dialogue_is_small(runtime: Runtime) -> None:
    """Thirty turns cost about a kilobyte, and it stays at that however long it goes on."""
    _, sizes = visited(runtime, 300)

    assert sizes[2] <= 500
    assert sizes[29] <= 1200
    assert max(sizes) <= 1700


def odd_customer(seed: int) -> Iterator[Event]:
    """Say anything in any order, and go back and begin anew now and then."""
    usual = islice(customer(), MOST_TURNS)
    for number, message in enumerate(usual, 1000 * seed):
        intents = [*GUESSES, "nlu_fallback", "inform", "back", *(["restart"] * (number % 7 == 0))]
        intent = intents[drawn(number, len(intents))]
        parsed = {**message["parse_data"], "intent": {"name": intent, "confidence": 0.9}}
        yield {**message, "parse_data": parsed}


@pytest.mark.parametrize("seed", range(12))
def test_within_the_cap_a_stored_dialogue_goes_as_one_in_memory(
    runtime: Runtime, seed: int
) -> None:
    """Forms, rewinds and new beginnings: every turn's events and what follows are the same."""
    memory, kept = Talk(runtime, ACTIONS), Talk(runtime, ACTIONS)
    for message in odd_customer(seed):
        kept.tracker = unpack(pack(kept.tracker), runtime.domain)

        assert kept.say("", message=message) == memory.say("", message=message)
        for name in ("slots", "loop_name", "loop_rejected", "loop_interrupted", "followup"):
            assert getattr(kept.tracker, name) == getattr(memory.tracker, name), name
        states = [[step.state for step in steps_of(each.tracker)] for each in (kept, memory)]
        assert states[0] == states[1]


def test_beyond_the_cap_the_dialogue_goes_on(runtime: Runtime) -> None:
    """Forty messages are kept; slots and an open form are known after any number."""
    talk, _ = visited(runtime, 3 * MOST_TURNS)
    users = [event for event in talk.tracker.events if event["event"] == "user"]
    said_now = talk.hear("", message=said("moin", "greet"))

    assert MOST_TURNS <= len(users) <= MOST_TURNS + 2
    assert said_now == [
        "Guten Tag! Ich bin der digitale Assistent der Stadtwerke. Wobei kann ich helfen?"
    ]
    assert talk.slots() == {"reference": "SW-004711"}


@pytest.fixture
def domain() -> Domain:
    return Domain(
        intents={"report": ["meter"], "ask": []},
        entities=["meter"],
        slots={"meter": Slot("text"), "all": Slot("list"), "known": Slot("bool", False)},
        forms={"form": Form(["meter"])},
        responses={},
        actions=["utter_no"],
    )


LISTEN = action("action_listen")
ASKED = [said("und?", "ask"), action("utter_no"), LISTEN]


def test_an_open_form_and_its_slots_outlast_the_cap(domain: Domain) -> None:
    """What was set long ago, the loop and what began it stand before what is kept."""
    begun = said("Stand melden", "report", [{"entity": "meter", "value": "7"}])
    filled = [slot("meter", "7"), slot("all", ["a"]), slot("known", False), LISTEN]
    opened = [LISTEN, begun, action("form"), active_loop("form"), *filled]
    memory = Tracker(domain, [*opened, *ASKED * 60])

    kept = unpack(pack(memory), domain)

    assert len(kept.events) < len(memory.events) - 20
    assert kept.slots == memory.slots
    assert kept.touched == {"meter", "all", "known"}
    assert kept.loop == memory.loop


@pytest.mark.parametrize(
    "then",
    [
        [bare("pause")],
        [{"event": "followup", "name": "utter_no"}],
        [active_loop("form"), {"event": "loop_interrupted", "is_interrupted": True}],
        [active_loop("form"), rejected("form")],
        [said("b", "ask"), active_loop("form"), said("c", "report"), action("form")],
        [active_loop("form"), active_loop(None)],
    ],
)
def test_the_state_at_the_cut_is_the_conversations(domain: Domain, then: list[Event]) -> None:
    """A pause, a wish for an action, a loop and how it stands are all carried over the cut."""
    memory = Tracker(domain, [LISTEN, said("a", "ask"), action("utter_no"), *then])
    follows = [said("x", "ask")] * 2

    kept = remembered(Tracker(domain, [*memory.events, *follows]), turns=2)
    at_cut = Tracker(domain, kept[: -len(follows)])

    assert at_cut.message == memory.message
    assert at_cut.latest_action == memory.latest_action
    assert (at_cut.followup, at_cut.paused) == (memory.followup, memory.paused)
    assert at_cut.loop == memory.loop


def test_what_was_rewound_leaves_one_small_rewind(domain: Domain) -> None:
    """Messages that were taken back are not kept; that the last was is, and so is its loop."""
    lost = [said("hm?", "ask"), slot("meter", "1"), active_loop("form"), bare("rewind"), LISTEN]
    memory = Tracker(domain, [LISTEN, *ASKED, *lost, *ASKED, *lost * 20])

    kept = unpack(pack(memory), domain)

    assert kinds(kept.events) == [
        *("action action_listen", "user", "action utter_no", "action action_listen"),
        *("user", "action utter_no"),
        *("action action_listen", "user", "active_loop form", "rewind"),
        "action action_listen",
    ]
    assert [each["event"] for each in kept.applied] == [each["event"] for each in memory.applied]


def test_all_that_is_kept_can_be_taken_back(domain: Domain) -> None:
    """Going back forty messages ends where a conversation in memory is then."""
    turns = [
        [said(f"{n}", "ask"), slot("meter", f"{n}"), action("utter_no"), LISTEN]
        for n in range(MOST_TURNS + 5)
    ]
    memory = Tracker(domain, [LISTEN, *(event for turn in turns for event in turn)])
    kept = unpack(pack(memory), domain)

    for tracker in (memory, kept):
        tracker.update_all([bare("rewind")] * MOST_TURNS)

    assert kept.slots == memory.slots == {**memory.slots, "meter": "4"}
    assert kept.message == memory.message == said("4", "ask")
    assert kept.latest_action == memory.latest_action == "utter_no"


def test_only_the_session_is_kept(domain: Domain) -> None:
    """What was before the last session began is over, as Rasa's tracker stores see it."""
    session = [action("action_session_start"), bare("session_started"), LISTEN]
    memory = Tracker(domain, [*session, *ASKED * 3, *session, slot("meter", "7"), *ASKED])

    assert unpack(pack(memory), domain).events == [*session, slot("meter", "7"), *ASKED]


def test_the_last_turn_is_kept_whole_and_older_ones_as_they_are_read(domain: Domain) -> None:
    """Guesses, texts of the bot and where an entity stood are read in their own turn only."""
    entity = {"entity": "meter", "value": "7", "role": "old"}
    heard = said("Nr. 7", "report", [{**entity, "start": 4}], ranking=[{"name": "a"}], extra=1)
    heard = {**heard, "input_channel": "whatsapp", "timestamp": 1.5}
    answered = bot_said({"text": "Sure?", "utter_action": "utter_no", "buttons": [{"title": "A"}]})
    turn = [heard, slot("meter", "7"), action("utter_no", "RulePolicy", 1.0), answered, LISTEN]

    kept = unpack(pack(Tracker(domain, turn * 2)), domain)

    assert kept.events[5:] == turn
    older = {**said("Nr. 7", "report", [entity]), "input_channel": "whatsapp", "timestamp": 1.5}
    assert kept.events[0] == older
    assert kept.events[3] == bot_said({"utter_action": "utter_no"})
    assert [kept.events[1], kept.events[2], kept.events[4]] == [turn[1], turn[2], turn[4]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ud800 lone \udfff",
        "\x00\x01\x7f\u2028\u2029\ufeff",
        '"],[{"event":"restart"}]]',
        "👩‍👩‍👧‍👦 ﷽ Straße",
        "[[[" * 5000,
    ],
)
def test_odd_text_comes_back_as_it_was(domain: Domain, text: str) -> None:
    """Whatever a customer writes, as text, entity or slot, and whatever key an action invents."""
    events = [
        said(text, text, [{"entity": text, "value": text}], odd={text: text}),
        slot("meter", text),
        slot(text, {"nested": [text, None, 1.5, True, 10**20]}),
        {"event": "slot", "name": "meter"} | {"value": [text], "timestamp": "yesterday", "e": 1},
        {"event": "agent", "text": text, "timestamp": 1e300},
        {"event": "action", "name": text},
        {"event": "pause", "timestamp": 0.1 + 0.2},
        {"event": "resume", "timestamp": 1_795_338_410.123},
        {"event": "pause"},
    ]

    assert unpack(pack(Tracker(domain, events)), domain).events == events


def test_what_takes_too_much_is_kept_for_fewer_turns(domain: Domain) -> None:
    """A customer who sends books does not make every turn pay for all of them."""
    pages = [[f"{drawn(100 * book + page, 10**60):x}" for page in range(80)] for book in range(30)]
    books = [said("".join(each), "ask") for each in pages]
    events = [each for book in books for each in (book, slot("meter", "7"), LISTEN)]

    packed = pack(Tracker(domain, events))

    assert len(pack(Tracker(domain, events[:9]))) > 3000
    assert len(packed) <= MOST_BYTES
    kept = unpack(packed, domain)
    assert kept.slots["meter"] == "7"
    assert kept.message == books[-1]


def test_the_same_events_give_the_same_bytes(domain: Domain) -> None:
    """A turn that is decided again writes what it wrote before."""
    events = [LISTEN, *ASKED * 50, bare("rewind"), LISTEN]

    packed = pack(Tracker(domain, events))

    assert packed == pack(Tracker(domain, events))
    assert packed == pack(unpack(packed, domain))


def test_another_bot_reads_what_is_stored(domain: Domain) -> None:
    """A deployed change of the bot loses no dialogue; what it no longer has is passed over."""
    packed = pack(Tracker(domain, [LISTEN, *ASKED, slot("meter", "7"), slot("known", True)]))
    changed = Domain({}, [], {"known": Slot("bool"), "new": Slot("text", "x")}, {}, {}, [])

    kept = unpack(packed, changed)

    assert (kept.slots["known"], kept.slots["new"]) == (True, "x")
    assert "meter" not in kept.slots


def test_another_form_is_refused(domain: Domain) -> None:
    """What a later release wrote is not guessed at: both forms are named."""
    packed = pack(Tracker(domain, ASKED))

    with pytest.raises(Unreadable, match=f"is in form {FORM + 1}, this release reads form {FORM}"):
        unpack(bytes([FORM + 1]) + packed[1:], domain)
    with pytest.raises(Unreadable, match="is empty"):
        unpack(b"", domain)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[:-1],
        lambda packed: packed[:1],
        lambda packed: packed + b"x",
        lambda packed: packed[:1] + b"\xff" * 20,
        lambda _: _with_text(b"{"),
        lambda _: _with_text(b"7"),
        lambda _: _with_text(b"[[]]"),
        lambda _: _with_text(b'["x"]'),
        lambda _: _with_text(b'[["slot"]]'),
        lambda _: _with_text(b"\xff"),
    ],
)
def test_damaged_bytes_are_refused(domain: Domain, spoil: Callable[[bytes], bytes]) -> None:
    """Nothing half is read, and the error is our own."""
    with pytest.raises(Unreadable, match="damaged"):
        unpack(spoil(pack(Tracker(domain, ASKED))), domain)


def test_form_1_is_what_it_was(domain: Domain) -> None:
    """What is stored in tables is read by every later release, or refused by its number."""
    written = bytes.fromhex(
        "018b3634b7343536b630313430343246845f695e8a3d521842b898e1088c6125b2331e5a68e5e5632d04882d2f"
        "6201"
    )
    events = [{**each, "timestamp": 1_795_338_410.123} for each in ASKED]

    assert unpack(written, domain).events == events
    assert hashlib.sha256(stored._DICTIONARY).hexdigest()[:16] == "10c0638fc641b53b"


def _with_text(text: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=stored._DICTIONARY)
    return bytes([FORM]) + deflate.compress(text) + deflate.flush()
