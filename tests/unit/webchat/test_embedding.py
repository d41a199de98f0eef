"""Other sites embed the widget: who may, and what the files promise."""

import re
from pathlib import Path

import pytest

from tests.unit.webchat.house import House

WIDGET = Path(__file__).parents[3] / "functions" / "webchat" / "widget"


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        (("*",), "https://any.example", True),
        (("https://a.example", "https://b.example"), "https://b.example", True),
        (("https://a.example", "https://b.example"), "https://c.example", False),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_only_allowed_sites_may_read(
    method: str, origins: tuple[str, ...], origin: str, allowed: bool
) -> None:
    """The browser lets the sites of the setting read answers, and send the token; never cookies."""
    house = House(origins=origins)

    answer = house.call(method, "messages", token=house.visitor(), Origin=origin)

    told = answer.headers.get("Access-Control-Allow-Origin")
    assert told in (("*", origin) if allowed else (None,))
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]
    if allowed:
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_the_loader_names_modules_that_can_be_kept_for_ever() -> None:
    """The loader is asked for again; what it loads has the version in its address."""
    house = House()
    loader = house.call("GET", "widget.js")
    found = re.search(r"\$\{base\}(widget/[0-9a-f]{20}/chat\.js)", loader.body)
    assert found is not None

    chat = house.call("GET", found[1])

    assert "immutable" not in loader.headers["Cache-Control"]
    assert "immutable" in chat.headers["Cache-Control"]
    for answer in (loader, chat):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["widget.js", "demo", "widget/any/style.js"])
def test_who_has_a_file_is_not_sent_it_again(path: str) -> None:
    """The ETag of a file spares its body."""
    house = House()
    etag = house.call("GET", path).headers["ETag"]

    again = house.call("GET", path, If_None_Match=etag)

    assert (again.status, again.body) == (304, "")


@pytest.mark.parametrize(
    "path", ["widget/1/..%2Fhandler.py", "widget/1/none.js", "handler.py", "", "widget/1/.", "x/y"]
)
def test_nothing_but_the_widget_is_served(path: str) -> None:
    """Names are looked up, never made into paths: 404 in problem details."""
    answer = House().call("GET", path)

    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_demo_page_runs_under_a_strict_policy() -> None:
    """Nothing inline, nothing from elsewhere: the widget needs no exception."""
    answer = House().call("GET", "demo")
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", answer.body)


@pytest.mark.parametrize("file", sorted(WIDGET.glob("*.js")), ids=lambda file: file.name)
def test_the_widget_never_makes_markup(file: Path) -> None:
    """No way from a text to markup or code exists in the widget's files."""
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc"

    assert not re.search(forbidden, file.read_text("utf-8"))
