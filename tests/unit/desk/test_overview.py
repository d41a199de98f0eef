"""The lists: who waits, how many, and at what price they are asked for every two seconds."""

from channels.registry import CHANNELS
from conversation.turn import Item
from desk.waiting import ROWS
from tests.unit.desk.scenes import FRONT_DOOR, JONAS, MINUTE, NOW, House, conversation_id

OVERVIEW = "/desk/api/overview"


def test_the_longest_due_stands_first_across_teams() -> None:
    """Nobody waits behind one who came later, whichever team they wait for."""
    house = House()
    house.waiting("Neu", minutes=1, team="billing")
    house.waiting("Alt", minutes=30, team="technical", question="Strom ist weg", channel="telegram")
    answer = house.ask("GET", OVERVIEW)
    assert answer.status == 200
    overview = answer.json
    assert overview["waiting"] == 2
    assert [row["team"] for row in overview["queue"]] == ["technical", "billing"]
    row = overview["queue"][0]
    assert row["conversation"] == conversation_id("Alt")
    assert row["due"] == NOW - 30 * MINUTE
    assert row["summary"]["question"] == "Strom ist weg"
    assert row["summary"]["channel"] == "telegram"


def test_nothing_new_costs_nothing() -> None:
    """A poll that finds nothing changed is answered 304 and empty; a change brings it all."""
    house = House()
    house.waiting("Yusuf")
    first = house.ask("GET", OVERVIEW)
    assert first.headers["Cache-Control"] == "no-store"
    known = {"If-None-Match": first.headers["ETag"]}
    house.now += MINUTE
    again = house.ask("GET", OVERVIEW, headers=known)
    assert (again.status, again.body) == (304, "")
    house.waiting("Clara")
    assert house.ask("GET", OVERVIEW, headers=known).status == 200


def test_agents_see_their_own_conversations_only() -> None:
    """My conversations are mine; a colleague's are not in my list."""
    house = House()
    waiting = house.waiting("Yusuf")
    house.ask("POST", f"/desk/api/conversations/{waiting.id}/claim", claims=JONAS)
    assert house.ask("GET", OVERVIEW).json["mine"] == []
    assert len(house.ask("GET", OVERVIEW, claims=JONAS).json["mine"]) == 1


def test_everybody_who_waits_is_counted() -> None:
    """The number is true beyond the rows that are shown."""
    house = House()
    letters = "abcdefghij"
    for n in range(ROWS + 7):
        house.waiting(f"w{letters[n // 10]}{letters[n % 10]}", minutes=n)
    overview = house.ask("GET", OVERVIEW).json
    assert (overview["waiting"], len(overview["queue"])) == (ROWS + 7, ROWS)


def test_a_reference_number_finds_its_conversation() -> None:
    """However it was typed, what the customer was told leads to the conversation."""
    house = House()
    item = Item(pk="R#SM-7KQ4-XD2M", sk="R", body={"conversation": "c1", "opened": 1})
    house.table.put_item("c1", item, 1)
    for typed in ("SM-7KQ4-XD2M", "sm7kq4xd2m", "sm%207kq4%20xd2m"):
        answer = house.ask("GET", f"/desk/api/references/{typed}")
        assert (answer.status, answer.json) == (200, {"conversation": "c1"})
    assert house.ask("GET", "/desk/api/references/SM-0000-0000").status == 404


def test_every_team_that_the_bot_hands_to_has_its_queue() -> None:
    """Nobody waits in a queue that no agent sees: named, by intent, or the default."""
    teams = {"team_by_intent": {"move_house": "moving"}, "default_team": "service"}
    house = House(front_door=FRONT_DOOR.model_copy(update=teams))
    for team in ("billing", "technical", "moving", "service"):
        house.waiting(team, team=team)
    overview = house.ask("GET", OVERVIEW).json
    assert overview["waiting"] == 4
    assert overview["teams"]["billing"] == {"de": "Abrechnung", "en": "Billing"}


def test_the_page_is_told_what_every_channel_is_called() -> None:
    """A channel that is new needs no word in the page: its module says how people write it."""
    told = House().ask("GET", OVERVIEW).json["channels"]
    assert told == {name: channel.title for name, channel in CHANNELS.items()}
    assert (told["whatsapp"], told["email"]) == ("WhatsApp", "E-Mail")
