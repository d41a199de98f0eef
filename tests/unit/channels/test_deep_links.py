"""Links into messengers carry the code; a code is found again however it was typed."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.deep_links import deep_link
from channels.registry import CHANNELS
from conversation.incoming import Incoming
from conversation.link import code_carried, code_in, code_of

CODE = "PF-K7QM2-9XDTR"


@pytest.mark.parametrize(
    ("channel", "account", "name", "url"),
    [
        ("telegram", "house_bot", "", f"https://t.me/house_bot?start={CODE}"),
        ("telegram", "a", "named_bot", f"https://t.me/named_bot?start={CODE}"),
        ("messenger", "1001", "", f"https://m.me/1001?ref={CODE}"),
        ("messenger", "1001", "stadtwerke", f"https://m.me/stadtwerke?ref={CODE}"),
        ("instagram", "178", "stadtwerke", f"https://ig.me/m/stadtwerke?ref={CODE}"),
        ("instagram", "178", "", ""),
        ("whatsapp", "100", "", ""),
        ("webchat", "web", "", ""),
        ("unknown", "x", "", ""),
    ],
)
def test_each_messengers_link(channel: str, account: str, name: str, url: str) -> None:
    """As the messengers have them; none where the account's public name is missing."""
    secrets = {"public_name": name} if name else {}
    assert deep_link(channel, account, secrets, CODE, "de") == url


def test_a_link_to_whatsapp_holds_a_text_to_be_sent() -> None:
    """The number as people see it becomes digits; the text is in the visitor's language."""
    url = urlsplit(deep_link("whatsapp", "100", {"public_name": "+49 30 230-1"}, CODE, "en"))
    assert (url.netloc, url.path) == ("wa.me", "/49302301")
    assert parse_qs(url.query)["text"] == [f"Let us go on here: {CODE}"]


def test_what_telegram_takes_as_a_start_parameter_holds_a_code() -> None:
    """Up to 64 of letters, digits, _ and -."""
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", CODE)


@given(st.binary(min_size=16, max_size=32), st.text(), st.text())
def test_every_code_is_found_in_any_text(digest: bytes, before: str, after: str) -> None:
    """However it is typed: small, without hyphens, with a letter misread, in a sentence."""
    code = code_of(digest)
    before = re.sub(r"[0-9A-Za-z]", "", before)
    after = re.sub(r"[0-9A-Za-z]", "", after)
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "l"),
    ):
        if any(letter.isdigit() for letter in typed):
            assert code_in(f"{before} {typed} {after}") == code


@pytest.mark.parametrize(
    "text",
    [
        "Pfandflasche",
        "Pfannkuchen",
        "PF ABCDE FGHJK",
        "PF-ABCDEFGHJK",
        "PFABCDEFGHJK",
        "PF-Nummer-Blatt",
        "SM-7KQ4-XD2M",
        "pf 1234",
        "",
        "XPF12345678901",
    ],
)
def test_words_that_only_look_alike_are_no_codes(text: str) -> None:
    """A code begins alike, has ten letters, and a digit among them or both hyphens."""
    assert code_in(text) == ""


def test_what_is_written_like_a_code_is_one_without_a_digit_too() -> None:
    """Who mistyped it so is told that it is wrong, not that nobody understands."""
    assert code_in("Mein Code: PF-AAAAA-BBBBB.") == "PF-AAAAA-BBBBB"


@pytest.mark.parametrize("kind", ["message", "referral", "edit", "status"])
def test_a_code_comes_with_messages_and_referrals_alone(kind: str) -> None:
    """Typed, or carried by the link; what is changed later opens nothing."""
    incoming = Incoming.model_validate(
        {
            "kind": kind,
            "channel": "messenger",
            "account": "1",
            "user": "2",
            "provider_id": "m",
            "ref": CODE,
        }
    )
    assert code_carried(incoming) == (CODE if kind in ("message", "referral") else "")


def test_every_channel_says_where_it_leads() -> None:
    """None raises, whatever is known of an account."""
    assert all(isinstance(deep_link(name, "1", {}, CODE, "en"), str) for name in CHANNELS)


def test_links_lead_to_the_simulated_messengers_of_a_house_on_one_machine() -> None:
    """Who tries the house out lands on the page of the phone, the code written; none is called."""
    played = "http://127.0.0.1:4580"
    known = {"public_name": "+49 30 2301"}
    assert deep_link("whatsapp", "100", known, CODE, "en", played) == (
        f"{played}/phone/whatsapp?text={CODE}"
    )
    assert deep_link("whatsapp", "100", {}, CODE, "en", played) == ""
