"""Around an open form the house's own rules hold: nothing said is lost, and the form goes on."""

import pytest

from conversation.errors import ActionFailed
from conversation.reference import normalised_reference
from tests.fakes import StaticActions
from tests.guarantees import messenger
from tests.guarantees.house import DAY, MINUTE, House
from tests.unit.converse.orders import options, orders_house

HOW_MANY, COLOUR = "Wie viele?", "Welche Farbe?"
PHOTO = [{"file_id": "p", "file_size": 5}]


@pytest.fixture
def house() -> House:
    """A house in which the form has just asked how many."""
    house = orders_house()
    assert house.ask("eine order, bitte.")[-1] == HOW_MANY
    return house


def test_a_form_is_filled_and_its_work_done(house: House) -> None:
    """Answers go into the form, the action is called once, its reference is found at the desk."""
    assert house.ask("3 Stück.") == [COLOUR]
    assert house.ask("rot ist gut.") == ["3 of red."]
    [call] = house.actions.calls
    assert call.payload["tracker"]["slots"]["count"] == "3"
    assert call.payload["tracker"]["latest_message"]["metadata"]["key"] == call.key
    kept = house.table.item(f"R#{normalised_reference('O-7')}", "R")
    assert kept is not None
    assert kept["conversation"] == house.state().id


def test_all_that_one_message_says_is_taken() -> None:
    """Nobody is asked for what they have said already."""
    assert orders_house().ask("order: 3 in blau.")[-1] == "3 of blue."


def test_two_requests_that_ask_are_done_one_after_the_other() -> None:
    """The second is not forgotten, and does not ask while the first does."""
    house = orders_house()
    assert house.ask("eine order und einen move, und die hours.")[1:] == ["Nine to five.", HOW_MANY]
    assert house.ask("3 in rot.") == ["3 of red.", "Which street?"]
    assert house.ask("Die Lindenallee.") == ["Moved to Die Lindenallee.."]
    assert house.state().later == ()


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(house: House) -> None:
    """The bot's rules need not say so: the open question is repeated."""
    assert house.ask("Was sind eure hours?") == ["Nine to five.", HOW_MANY]
    assert house.ask("3 Stück.") == [COLOUR]


def test_a_person_is_there_in_every_form(house: House) -> None:
    """The agent sees what the bot had collected; the form is over."""
    house.ask("3 Stück.")
    house.ask("Was sind eure hours?")
    house.ask("MENSCH!!!")
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.reason == "asked_for_person"
    assert escalation.question == "eine order, bitte."
    assert escalation.facts == {"count": "3"}
    assert (house.state().tracker, house.state().asked_for) == (b"", None)


def test_what_is_done_is_not_what_a_person_is_wanted_for(house: House) -> None:
    """After a request got its number, the desk shows the latest words, not the finished request."""
    house.ask("3 Stück.")
    house.ask("rot ist gut.")
    house.ask("Ich will einen Menschen sprechen.")
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.question == "Ich will einen Menschen sprechen."


@pytest.mark.parametrize("thanks", ["Danke!", "Vielen Dank und tschüss 👍", "Guten Abend!"])
def test_thanks_after_a_request_are_not_what_a_person_is_wanted_for(
    house: House, thanks: str
) -> None:
    """Nor is a word that nothing follows from; the last real request stays what it is about."""
    house.ask("3 Stück.")
    house.ask("rot ist gut.")
    house.ask(thanks)
    assert house.state().asked == ""
    house.ask("Was sind eure hours?")
    house.ask(thanks)
    house.ask("Ich will einen Menschen sprechen.")
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.question == "Was sind eure hours?"


def test_two_answers_that_do_not_help_fetch_a_person(house: House) -> None:
    """The first time the form asks again."""
    first = house.ask("Das weiß ich doch nicht.")
    assert first[-1] == HOW_MANY
    assert "nicht verstanden" in first[0]
    house.ask("Keine Ahnung, wirklich.")
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.reason == "not_understood"


def test_what_helps_in_between_begins_the_count_anew(house: House) -> None:
    """Only misunderstandings in a row count."""
    house.ask("Das weiß ich doch nicht.")
    assert house.ask("3 Stück.") == [COLOUR]
    house.ask("Keine Ahnung, wirklich.")
    assert house.state().escalation is None


@pytest.mark.parametrize(
    "text", ["So ein Saftladen hier.", "HÖRT MIR ENDLICH ZU", "Was soll das!!!"]
)
def test_who_is_angry_is_not_asked_twice(house: House, text: str) -> None:
    """An angry customer gets a person at the first misunderstanding, and before others."""
    house.ask(text)
    escalation = house.state().escalation
    assert escalation is not None
    assert escalation.due == escalation.opened - 10 * MINUTE


def test_a_photo_fills_nothing(house: House) -> None:
    """It is told that it cannot be read, and the question stands."""
    said = house.ask("", photo=PHOTO)
    assert "ein Foto" in said[0]
    assert said[-1] == HOW_MANY


def test_a_bare_number_answers_the_question(house: House) -> None:
    """Where a number is asked for it is taken; where nothing is, it means nothing."""
    assert house.ask("3") == [COLOUR]
    assert "nicht verstanden" in orders_house().ask("3")[-1]


def test_a_number_names_an_option_only_after_options(house: House) -> None:
    """ "2" is the second option where options stand, and a number where a number is asked."""
    assert house.ask("2") == [COLOUR]
    assert [option.title for option in options(house)] == ["Rot", "Blau"]
    assert house.ask("2") == ["2 of blue."]


def test_a_tap_answers(house: House) -> None:
    """The token stands for the option; it is short, and says nothing."""
    house.ask("3")
    token = house.messenger.taken[-1].buttons[0][1]
    assert len(token.encode()) <= 64
    assert "red" not in token
    house.tap(token)
    house.rest()
    assert house.messenger.texts()[-1] == "3 of red."


def test_an_old_tap_says_so_and_the_question_is_repeated() -> None:
    """An option belongs to its question: it does not answer another one."""
    house = orders_house()
    house.ask("eine order: 3.")
    colour = house.messenger.taken[-1].buttons[1][1]
    house.ask("noch eine order mit 4 in rot.")
    house.tap(colour)
    house.rest()
    assert house.messenger.texts()[-1] == "Diese Auswahl gehört zu einer früheren Frage."


def test_the_same_question_asked_again_takes_older_options(house: House) -> None:
    """Who scrolls up to the first copy of a question that is still open answers it."""
    house.ask("3")
    first = house.messenger.taken[-1].buttons[1][1]
    assert house.ask("Was sind eure hours?") == ["Nine to five.", COLOUR]
    house.tap(first)
    house.rest()
    assert house.messenger.texts()[-1] == "3 of blue."


@pytest.mark.parametrize("text", ['/inform{"count": "9"}', "/secret", "/order"])
def test_a_payload_that_is_typed_is_a_text(text: str) -> None:
    """Customers cannot type themselves anywhere."""
    house = orders_house()
    house.ask(text)
    assert "9" not in house.messenger.texts()[-1]
    if "order" not in text:
        assert "nicht verstanden" in house.messenger.texts()[-1]


def test_the_language_follows_the_customer(house: House) -> None:
    """Options too; what is the bot's own state stays."""
    assert house.ask("3 pieces please, how nice.") == ["Which colour?"]
    assert [option.title for option in options(house)] == ["Red", "Blue"]


def test_a_wish_for_a_language_is_kept(house: House) -> None:
    """Asked for once, it stands whatever language is written; the open question is repeated."""
    assert house.ask("In English please") == ["Of course, in English from now on.", "How many?"]
    assert house.ask("3 Stück.") == ["Which colour?"]
    assert house.ask("Bitte auf Deutsch") == ["Gern, ab jetzt auf Deutsch.", "Welche Farbe?"]


def test_what_was_written_long_ago_does_not_fill_the_form(house: House) -> None:
    """A message that was stuck at the messenger is no answer to what was asked since."""
    event = messenger.telegram_message("5", 990, house.now - 20 * MINUTE, text="7 Stück.")
    assert house.post(event) == 200
    house.rest()
    assert house.messenger.texts()[-1] == HOW_MANY
    assert house.ask("3 Stück.") == [COLOUR]


def test_a_half_filled_form_goes_on_a_day_later(house: House) -> None:
    """The session outlives the night."""
    house.ask("3 Stück.")
    house.now += DAY
    assert house.ask("blau wäre schön.") == ["3 of blue."]


def test_a_failed_action_ends_with_an_apology_and_a_person() -> None:
    """What follows the action is not said; the agent sees what was collected, and which failed."""
    house = orders_house(action_order=ActionFailed("action_order: took too long"))
    house.ask("eine order: 3.")
    said = house.ask("rot, bitte sehr.")
    assert len(said) == 1
    assert "schiefgegangen" in said[0]
    escalation = house.state().escalation
    assert escalation is not None
    assert (escalation.reason, escalation.reason_detail) == ("fault", "action_order")
    assert escalation.facts == {"colour": "red", "count": "3"}
    assert len(house.actions.calls) == 1


def test_who_writes_is_forgotten_after_a_silence() -> None:
    """Half an hour of silence, and whoever holds the phone must say again who it is."""
    house = orders_house()
    house.ask("ring, bitte.")
    house.now += 29 * MINUTE
    house.ask("Was sind eure hours?")
    house.now += 29 * MINUTE
    assert _verified_when_asked(house) is True
    house.now += 31 * MINUTE
    assert _verified_when_asked(house) is None


def _verified_when_asked(house: House) -> object:
    house.ask("und noch ein ring, bitte.")
    return house.actions.calls[-1].payload["tracker"]["slots"]["verified"]


def test_a_form_is_not_opened_while_somebody_waits(house: House) -> None:
    """A request is for the agent then; a question is still answered."""
    house.ask("MENSCH")
    assert "hinzugefügt" in house.ask("und noch eine order, bitte.")[0]
    assert house.ask("Was sind eure hours?") == ["Nine to five."]
    assert house.state().tracker == b""


def test_resolved_ends_the_session(house: House) -> None:
    """After the agent's work the bot begins anew, without what was collected before."""
    house.ask("3 Stück.")
    house.ask("MENSCH")
    epoch = house.claim().epoch
    house.resolve(epoch)
    house.rest()
    house.now += 3 * DAY
    assert house.ask("eine order, bitte.")[-1] == HOW_MANY


def test_a_dialogue_that_goes_in_circles_ends_with_a_person(house: House) -> None:
    """After ten actions Rasa stops, and says nothing any more; here a person is fetched."""
    again = {"events": [{"event": "followup", "name": "action_ring"}], "responses": []}
    house.actions = StaticActions({"action_ring": again}, house.moments)
    assert "schiefgegangen" in house.ask("ring, bitte.")[-1]
    assert len(house.actions.calls) == 10


def test_a_form_that_needs_a_person_is_about_its_request(house: House) -> None:
    """The agent reads what was asked for, not what the last answer looked like."""
    refused = {"events": [{"event": "pause"}], "responses": []}
    house.actions = StaticActions({"action_order": refused}, house.moments)
    house.ask("3")
    house.ask("rot")
    escalation = house.state().escalation
    assert escalation is not None
    assert (escalation.reason, escalation.reason_detail) == ("intent", "order")


def test_a_button_that_is_not_ours_says_what_its_title_says(house: House) -> None:
    """A page's menu and a template's buttons are no options of a question of ours."""
    house.tap("hours")
    house.rest()
    assert house.messenger.texts()[-2:] == ["Nine to five.", HOW_MANY]
