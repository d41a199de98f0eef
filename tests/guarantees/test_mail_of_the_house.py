"""Mails that nobody wrote by hand: they thread like all others, and go to no program."""

import pytest

from tests.guarantees.bot import EchoBot
from tests.guarantees.post import THEIRS, PostHouse, plain, tag_of


@pytest.fixture
def house() -> PostHouse:
    return PostHouse(EchoBot())


def test_the_word_of_a_claim_stands_in_the_customer_s_thread(house: PostHouse) -> None:
    """Who has taken over is told under the mail that asked, and answers come back to it."""
    house.mail("I want a person please.", "Subject: Move")
    house.rest()
    house.claim(THEIRS, channel="email")
    house.rest()
    told = house.ses.sent[-1]
    assert plain(told) == "agent_joined"
    assert told["Subject"] == "Re: Move"
    assert told["In-Reply-To"] == "<mail-1@example.com>"
    assert tag_of(told) == tag_of(house.ses.sent[0])


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-replied", "Precedence: bulk"])
def test_no_program_is_warned_of_danger(house: PostHouse, field: str) -> None:
    """An absence note that quotes our warning would be answered with it, again and again."""
    house.mail("Away. You wrote of a fire?", field)
    house.rest()
    assert house.ses.sent == []
    assert house.kept() == [("customer", "Away. You wrote of a fire?")]
