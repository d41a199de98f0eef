"""The web chat in the running house: one answer to a burst, and nothing twice."""

import uuid

import httpx

from pforte.house.house import House
from tests.way import Desk, Json, call, eventually, identity, said_in_time

OPENING_HOURS = ("Wann haben Sie geöffnet?", "Kundenzentrum am Marktplatz")
"""A question, and what is in its answer."""
FENCE = ("Welche Tarife gibt es für Strom?", "MusterFlex")
"""When this is answered, whatever came before it in the conversation is done with."""


class Visitor:
    """Somebody on the company's page, as the widget speaks for them."""

    def __init__(self, house: House) -> None:
        self._url = f"{house.url}/webchat"
        token = call("POST", f"{self._url}/visitors").json()["token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        user = identity(house).visitor(token)
        self.conversation = identity(house).conversation(f"webchat:web:{user}")

    def says(self, text: str, again: str = "") -> None:
        """Write a message; `again` is the id that the page has sent it with before."""
        said = {"id": again or str(uuid.uuid4()), "text": text}
        answer = call("POST", f"{self._url}/messages", json=said, headers=self._headers)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    def hears(self, words: str) -> list[str]:
        """Wait for an answer with these words; returns all answers behind the disclosure."""

        def look() -> list[str]:
            answer = call("GET", f"{self._url}/messages", headers=self._headers)
            told: list[Json] = answer.json()["messages"]
            return [message["text"] for message in told if message["who"] == "assistant"][1:]

        return eventually(look, lambda texts: any(words in text for text in texts), words)


def test_a_burst_gets_one_answer(house: House) -> None:
    """A greeting and a question right behind it are one turn with one answer."""
    burst = ["hallo", OPENING_HOURS[0]]
    visitor = next(
        visitor for _ in range(10) if said_in_time((visitor := Visitor(house)).says, burst)
    )
    visitor.hears(OPENING_HOURS[1])
    visitor.says(FENCE[0])
    heard = visitor.hears(FENCE[1])
    assert [OPENING_HOURS[1] in text for text in heard] == [True, False]
    assert Desk(house).said(visitor.conversation, "customer") == [*burst, FENCE[0]]


def test_a_message_that_the_page_sends_again_is_heard_once(house: House) -> None:
    """A page whose line broke repeats with the same id, before and after the answer."""
    visitor, message = Visitor(house), str(uuid.uuid4())
    for _ in range(3):
        visitor.says(OPENING_HOURS[0], again=message)
    visitor.hears(OPENING_HOURS[1])
    visitor.says(OPENING_HOURS[0], again=message)
    visitor.says(FENCE[0])
    heard = visitor.hears(FENCE[1])
    assert [OPENING_HOURS[1] in text for text in heard] == [True, False]
    assert Desk(house).said(visitor.conversation, "customer") == [OPENING_HOURS[0], FENCE[0]]
