"""A customer who is signed in to the portal has a request done in the running house, unasked."""

import re
import uuid
from typing import Any

import httpx
import pytest

from pforte.backend.seed import CUSTOMERS
from pforte.house.house import House
from tests.way import call, eventually

GRETA = CUSTOMERS[2]


def _token(house: House, number: str) -> str:
    """Sign in to the portal and return the token that its page gives to the chat."""
    with httpx.Client(base_url=house.portal, trust_env=False) as browser:
        browser.post("/session", json={"customer_number": number})
        return str(browser.post("/token", json={}).json()["token"])


def _says(house: House, token: str, text: str) -> httpx.Response:
    return call(
        "POST",
        f"{house.url}/webchat/messages",
        json={"id": str(uuid.uuid4()), "text": text},
        headers={"Authorization": f"Bearer {token}"},
    )


def _heard(house: House, token: str) -> list[dict[str, Any]]:
    answer = call(
        "GET", f"{house.url}/webchat/messages", headers={"Authorization": f"Bearer {token}"}
    )
    found: list[dict[str, Any]] = answer.json()["messages"]
    return [message for message in found if message["who"] == "assistant"]


def _waits_for(house: House, token: str, words: str) -> list[str]:
    texts = eventually(
        lambda: [message["text"] for message in _heard(house, token)],
        lambda said: any(words in text for text in said),
        words,
        every=0.5,
    )
    return list(texts)


def test_a_meter_reading_without_being_asked_who_one_is(house: House) -> None:
    """The form asks for the reading alone, the back end takes it, and a reference is told."""
    token = _token(house, GRETA.number)
    power = GRETA.meters[0]
    assert (
        _says(house, token, f"Ich möchte den Stand von {power.number} melden.").status_code == 202
    )
    said = _waits_for(house, token, "Welchen Stand zeigt der Zähler")
    assert _says(house, token, f"Der Zählerstand ist {power.last + 1}.").status_code == 202
    said = eventually(
        lambda: [message["text"] for message in _heard(house, token)],
        lambda texts: len(texts) > len(said),
        "an answer to the reading",
        every=0.5,
    )
    if not re.search("SM-", " ".join(said)):  # the reading may have to be confirmed
        _says(house, token, "ja, das stimmt")
        said = _waits_for(house, token, "SM-")

    assert re.search(r"SM-[0-9A-Z]{4}-[0-9A-Z]{4}", " ".join(said))
    assert not [text for text in said if "Kundennummer" in text or "Postleitzahl" in text]


@pytest.mark.parametrize("spoilt", [lambda t: t[:-4] + "AAAA", lambda t: t.replace(".", "..")])
def test_a_spoilt_token_gets_a_problem_and_nothing_else(house: House, spoilt: Any) -> None:
    """The real gateway and the real function refuse it, and say so."""
    answer = _says(house, spoilt(_token(house, GRETA.number)), "Hallo")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_portal_s_page_may_call_the_chat(house: House) -> None:
    """A browser asks before it lets a page of another address send a token: it may."""
    asks = {
        "Origin": house.portal,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = call("OPTIONS", f"{house.url}/webchat/messages", headers=asks)
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] in ("*", house.portal)
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
