"""The sample portal signs who is signed in, and nobody else; the web chat believes it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pforte.portal.server import VALID_S, Portal
from tests.unit.webchat.house import NOW
from webchat.company import Company
from webchat.signed import customer_of

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """Serve a portal whose clock stands still."""
    portal = Portal(0, tmp_path, "http://127.0.0.1:1", lambda: NOW // 1000)
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def browser(portal: Portal) -> Iterator[httpx.Client]:
    """Return a browser that keeps cookies."""
    base = f"http://127.0.0.1:{portal.port}"
    with httpx.Client(base_url=base, trust_env=False) as browser:
        yield browser


def test_who_signs_in_gets_a_token_that_the_house_believes(
    portal: Portal, browser: httpx.Client
) -> None:
    """The token says customer, name and language, for minutes; the house's settings take it."""
    browser.post("/session", json={"customer_number": "4711023"})
    token = browser.post("/token", json={}).json()["token"]

    company = Company.model_validate(portal.connection())
    customer = customer_of(token, company, NOW)

    assert customer.subject == "customer-4711023"
    assert customer.name == "Erika Sommer"
    assert customer.signed_in.claims["customer_number"] == "4711023"
    with pytest.raises(Exception, match="expired"):
        customer_of(token, company, NOW + (VALID_S + 60) * 1000)


@pytest.mark.parametrize(("asked", "language"), [("de", "de"), ("en", "en"), ("fr", "de")])
def test_the_token_says_the_pages_language(
    portal: Portal, browser: httpx.Client, asked: str, language: str
) -> None:
    """The house answers in the language in which the portal is read."""
    browser.post("/session", json={"customer_number": "4711023"})
    token = browser.post("/token", json={"locale": asked}).json()["token"]
    company = Company.model_validate(portal.connection())
    assert customer_of(token, company, NOW).signed_in.language == language


def test_the_page_has_german_and_english_words_for_every_place(browser: httpx.Client) -> None:
    """No place is left in the other language."""
    places = set(re.findall(r'data-say="(\w+)"', browser.get("/").text))
    script = browser.get("/portal.js").text
    german, english = (
        set(re.findall(r"^    (\w+): \"", part, re.MULTILINE))
        for part in script.partition("\n  en: {")[::2]
    )
    assert places
    assert places <= german == english


def test_who_is_not_signed_in_gets_none(browser: httpx.Client) -> None:
    """Before signing in, after signing out, and by a form of another page."""
    assert browser.post("/token", json={}).json() == {"token": None}
    browser.post("/session", json={"customer_number": "4711023"})
    assert browser.post("/token", data={}).status_code == 415
    browser.delete("/session")
    assert browser.post("/token", json={}).json() == {"token": None}
    assert browser.post("/session", json={"customer_number": "1"}).status_code == 400


def test_the_key_is_made_once_and_is_the_portals_alone(portal: Portal, tmp_path: Path) -> None:
    """A restart signs with the same key; what the house is told has no private part."""
    again = Portal(0, tmp_path, "http://127.0.0.1:1")
    again.stop()
    told = portal.connection()["keys"]
    assert again.connection()["keys"] == told
    assert all("d" not in key for key in json.loads(told)["keys"])
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_the_page_may_load_nothing_but_itself_and_the_chat(browser: httpx.Client) -> None:
    """The strict policy that the docs promise is the example's own."""
    page = browser.get("/")
    assert 'src="http://127.0.0.1:1/webchat/widget.js"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' http://127.0.0.1:1;" in policy
    assert "unsafe" not in policy
