"""The page's files: served as they are, to the page alone, and nothing beside them."""

import re

import pytest

from desk.files import PAGE
from tests.gateway import http_event
from tests.unit.desk.scenes import House

FILES = sorted(path.name for path in PAGE.iterdir())


@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/index.html"])
def test_the_page_is_there(path: str) -> None:
    """The desk opens without a token: it asks for one itself."""
    answer = House().ask("GET", path, claims=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Pforte</title>" in answer.body


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type_and_tag(name: str) -> None:
    """Browsers take a module only with its type; whoever has it already gets 304."""
    house = House()
    answer = house.ask("GET", f"/desk/{name}", claims=None)
    assert answer.status == 200
    types = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
    expected = types.get(name[name.rindex(".") :], "image/svg+xml")
    assert answer.headers["Content-Type"].startswith(expected)
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert house.ask("GET", f"/desk/{name}", claims=None, headers=tag).status == 304


@pytest.mark.parametrize(
    "path",
    [
        "/desk/../handler.py",
        "/desk/..%2fhandler.py",
        "/desk/%2e%2e%2fhandler.py",
        "/desk/..%5chandler.py",
        "/desk//etc/passwd",
        "/desk/page/index.html",
        "/desk/handler.py",
        "/desk/.",
        "/desk/..",
        "/desk/index.html%00.js",
    ],
)
def test_no_path_leads_out_of_the_page(path: str) -> None:
    """Only names of files in the folder are found."""
    answer = House().ask("GET", path, claims=None)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/desk", "/desk/nothing", "/desk/api/overview"])
def test_every_answer_is_locked_up(path: str) -> None:
    """No script but ours, no frame around us, no form to elsewhere, no guessing of types."""
    headers = House().ask("GET", path, claims=None).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    policy.pop("media-src", "")  # test_files.py holds what the page may show of files
    policy["img-src"] = policy["img-src"].removesuffix(" https://bucket.example")
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_page_needs_no_exception_from_the_policy() -> None:
    """No inline script or style, no markup from strings, nothing from elsewhere, no token kept."""
    for path in PAGE.iterdir():
        text = path.read_text()
        code = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
        for forbidden in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ):
            assert forbidden not in code, path
        if path.suffix == ".html":
            assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", text)
        assert set(re.findall(r"https?://[^\"'\s]+", code)) <= {"http://www.w3.org/2000/svg"}
        assert "sessionStorage" not in code
        assert set(re.findall(r"localStorage\.\w+\(\"([^\"]+)", code)) <= {"pforte.language"}


def test_both_languages_say_the_same_things() -> None:
    """No word of the page is missing in German or English."""
    parts = [(PAGE / f"words-{language}.js").read_text() for language in ("de", "en")]
    names = [re.findall(r"^ {2}(\w+):", part, flags=re.MULTILINE) for part in parts]
    inner = [re.findall(r"(\w+): \"", part) for part in parts]
    assert len(names[0]) > 50
    assert names[0] == names[1]
    assert inner[0] == inner[1]


def test_texts_are_sent_compressed_where_they_may_be() -> None:
    """A page that is opened every morning comes in a fraction of its size."""
    event = http_event("GET", "/desk/desk.css", headers={"Accept-Encoding": "gzip, br"})
    answer = House().desk(event, None)
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert answer["isBase64Encoded"] is True
    assert len(answer["body"]) < len((PAGE / "desk.css").read_text()) / 2
