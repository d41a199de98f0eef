"""A visitor's page goes on over a link and a cut, and gets codes for other messengers."""

from conversation.conversation import Conversation
from conversation.link import CODE_LIFE, Link, TakeCode
from conversation.message import Button, Content, Message
from conversation.turn import Turn, TurnRecord
from tests.unit.webchat.house import NOW, Answer, House
from webchat.linking import SHIFT
from webchat.visitor import visitor_of

TELEGRAM = "telegram:house_bot:5"


class Linked:
    """A visitor whose conversation was merged into one that began on Telegram."""

    def __init__(self) -> None:
        self.house = House()
        self.house.vault.connected["telegram", "house_bot"] = {"access_token": "x"}
        self.token = self.house.call("POST", "visitors").json["token"]
        self.visitor = visitor_of(f"Bearer {self.token}", self.house.identity)
        self.own = Conversation(
            id=self.visitor.conversation, created=NOW, addresses=(self.visitor.address,)
        )
        self.home = Conversation(id="h" * 32, created=NOW - 1, addresses=(TELEGRAM,))
        for n in range(3):
            self.home = self.say(self.home, f"on Telegram {n}", TELEGRAM)
        for n in range(2):
            self.own = self.say(self.own, f"own {n}", self.visitor.address)

    def say(self, to: Conversation, text: str, address: str, **fields: object) -> Conversation:
        """Commit and flush a turn in which something is said."""
        sequence = to.sequence + 1
        message = Message(
            id=f"{to.id}.{sequence}.00",
            author="bot",
            address=address,
            content=Content(text=text, buttons=(Button(title="Yes", payload="p"),)),
            sent_at=NOW,
        )
        turn = Turn(
            sequence=sequence, at=NOW, newest=NOW, event_ids=(f"e{sequence}",), messages=(message,)
        )
        new = to.model_copy(
            update={
                "sequence": sequence,
                "version": to.version + 1,
                "writer": f"w{sequence}",
                "pending": turn,
                **fields,
            }
        )
        self.house.table.put_conversation(new, to.version)
        self.house.table.put_record(TurnRecord.of(to.id, turn))
        return new

    def link(self) -> None:
        """Merge the web chat's conversation into the one on Telegram."""
        self.own = self.say(
            self.own,
            "the last of its own",
            self.visitor.address,
            merged_into=self.home.id,
            merges=self.own.merges + 1,
            last_own=self.own.sequence + 1,
        )
        link = Link(
            conversation=self.own.id,
            address=self.visitor.address,
            epoch=1,
            theirs=1,
            last=self.own.sequence,
            since=self.home.sequence + 1,
            at=NOW,
        )
        self.home = self.say(
            self.home,
            "linked",
            self.visitor.address,
            links=(link,),
            addresses=(TELEGRAM, self.visitor.address),
        )

    def cut(self) -> None:
        """Let the web chat's conversation begin anew."""
        self.own = self.say(self.own, "cut", self.visitor.address, merged_into="")
        self.home = self.say(self.home, "x", TELEGRAM, links=(), addresses=(TELEGRAM,))

    def get(self, after: int | None = None) -> Answer:
        """Ask for the thread."""
        query = "" if after is None else f"?after={after}"
        return self.house.call("GET", f"messages{query}", token=self.token)

    def texts(self, after: int | None = None) -> list[str]:
        """Return the texts of the thread."""
        return [message["text"] for message in self.get(after).json["messages"]]


def test_a_page_that_is_open_goes_on_over_the_link() -> None:
    """What was seen is not sent again, and what is said in the other conversation follows it."""
    linked = Linked()
    before = linked.get().json
    linked.link()
    after = linked.get(before["cursor"]).json
    assert (before["linked"], after["linked"]) == ([], ["telegram"])
    assert before["elsewhere"] == ["telegram"]
    assert after["after"] == before["cursor"]
    assert [m["text"] for m in after["messages"]] == ["the last of its own", "linked"]
    linked.home = linked.say(linked.home, "elsewhere", TELEGRAM)
    linked.home = linked.say(linked.home, "here", linked.visitor.address)
    assert linked.texts(after["cursor"]) == ["here"]


def test_a_new_page_sees_both_and_nothing_of_the_other_address() -> None:
    """The own messages before the link, and since then what was said to this address alone."""
    linked = Linked()
    linked.link()
    linked.home = linked.say(linked.home, "to Telegram alone", TELEGRAM)
    assert linked.texts() == ["own 0", "own 1", "the last of its own", "linked"]


def test_after_the_cut_the_page_begins_anew() -> None:
    """What was said while linked stays there; the page notices by the turn it asked for."""
    linked = Linked()
    linked.link()
    cursor = linked.get().json["cursor"]
    linked.cut()
    anew = linked.get(cursor).json
    assert anew["after"] != cursor
    assert [m["text"] for m in anew["messages"]] == ["own 0", "own 1", "the last of its own", "cut"]
    assert anew["linked"] == []
    linked.link()
    again = linked.get(anew["cursor"]).json
    assert again["cursor"] > 2 * SHIFT
    assert linked.get(cursor).json["after"] != cursor


def test_an_option_of_the_other_conversation_can_be_tapped() -> None:
    """The id tells in which of both the question stands; one of another address is refused."""
    linked = Linked()
    linked.link()
    shown = linked.get().json["messages"]
    for number, (message, status) in enumerate([(shown[0], 202), (shown[-1], 202)]):
        body = {
            "id": f"00000000-0000-4000-8000-00000000000{number}",
            "choice": {"message_id": message["id"], "index": 0},
        }
        assert linked.house.call("POST", "messages", body, linked.token).status == status
    hidden = shown[-1]["id"].replace(f"{linked.home.sequence}.", "2.")
    body = {
        "id": "00000000-0000-4000-8000-000000000009",
        "choice": {"message_id": hidden, "index": 0},
    }
    assert linked.house.call("POST", "messages", body, linked.token).status == 400


def test_a_visitor_gets_a_code_and_links_to_what_is_connected() -> None:
    """The code opens the conversation that there is, for fifteen minutes, once."""
    linked = Linked()
    answer = linked.house.call("POST", "links", {"language": "en"}, linked.token)
    assert answer.status == 201
    offered = answer.json
    [place] = offered["links"]
    assert place["channel"] == "telegram"
    assert place["url"] == f"https://t.me/house_bot?start={offered['code']}"
    assert NOW + CODE_LIFE - 60_000 < offered["expires_at"] <= NOW + CODE_LIFE
    take = TakeCode(key="k", code=offered["code"], by="e1", at=NOW)
    found = linked.house.links.take(take)
    assert found["conversation"] == linked.own.id
    assert linked.house.links.take(take.model_copy(update={"by": "e2"})) == {}


def test_there_is_no_code_before_anything_was_said_and_none_for_strangers() -> None:
    """409 where there is no conversation yet, 401 without a visitor's token."""
    house = House()
    token = house.call("POST", "visitors").json["token"]
    assert house.call("POST", "links", {}, token).status == 409
    assert house.call("POST", "links", {}).status == 401


def test_where_nothing_else_is_connected_nothing_is_offered() -> None:
    """No code is made that could not be used anywhere."""
    linked = Linked()
    linked.house.vault.connected.clear()
    offered = linked.house.call("POST", "links", {}, linked.token).json
    assert (offered["code"], offered["links"]) == ("", [])
