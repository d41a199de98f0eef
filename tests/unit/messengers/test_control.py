"""The simulated messengers repeat what was not taken, keep it, and do what a test tells them."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.registry import CHANNELS
from pforte.messengers.accounts import simulated_accounts
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import PATIENCE_S, Opener, Phone, StubHouse

pytestmark = pytest.mark.enable_socket

USER = "4917604069001"


def texts(house: StubHouse, number: int) -> list[str]:
    return [event.content.text for event in house.events(number) if event.content]


def test_repeats_until_taken_and_in_order(house: StubHouse, phone: Phone) -> None:
    """What the house did not take comes again, and before what the customer wrote after it."""
    house.answers = [500, 503, 401]
    for words in ("eins", "zwei", "drei"):
        phone.does("whatsapp", USER, text=words)
    assert texts(house, 6) == ["eins", "eins", "eins", "eins", "zwei", "drei"]
    bodies = [request.body for _, request in house.wait_for(6)]
    assert len(set(bodies[:4])) == 1


def test_chats_do_not_wait_for_each_other(
    open_messengers: Opener, house: StubHouse, tmp_path: Path
) -> None:
    """A chat whose webhook is refused holds no other chat, and no receipt holds a message."""
    known = open_messengers(backoff=(60.0,))
    phone = Phone(f"http://127.0.0.1:{known.port}")
    house.answers = [500]
    phone.does("whatsapp", USER, text="eins")
    house.wait_for(1)
    phone.does("telegram", "7000000001", text="zwei")
    phone.does("whatsapp", "4917604069002", text="drei")
    assert set(texts(house, 3)) == {"eins", "zwei", "drei"}
    phone.http.close()


def test_gives_up_at_last(open_messengers: Opener, house: StubHouse) -> None:
    """Repeats are bounded: a message that the house never takes does not hold the chat for ever."""
    phone = Phone(f"http://127.0.0.1:{open_messengers(backoff=(0.01, 0.01)).port}")
    house.answers = [500] * 3
    first = phone.does("whatsapp", USER, text="eins")
    phone.does("whatsapp", USER, text="zwei")
    assert texts(house, 4) == ["eins", "eins", "eins", "zwei"]
    query = {"provider_id": first["provider_id"]}
    [call] = phone.http.get("/control/webhooks", params=query).json()["webhooks"]
    assert (call["done"], call["answers"]) == (True, ["500", "500", "500"])
    phone.http.close()


def test_restart_keeps_data_and_debts(open_messengers: Opener, house: StubHouse) -> None:
    """After a restart the phone shows what it showed, and the house is told what it missed."""
    first = open_messengers(backoff=(60.0,))
    phone = Phone(f"http://127.0.0.1:{first.port}")
    house.answers = [500]
    phone.does("whatsapp", USER, text="eins")
    house.wait_for(1)
    first.stop()
    phone.http.close()
    phone = Phone(f"http://127.0.0.1:{open_messengers().port}")
    shown = phone.shows("whatsapp", USER, lambda all_: all_[0]["state"] == "delivered")
    assert [message["text"] for message in shown] == ["eins"]
    assert texts(house, 2) == ["eins", "eins"]
    phone.http.close()


def test_repeat_fifty_at_once(house: StubHouse, phone: Phone) -> None:
    """A webhook can be repeated, byte for byte, many times at once."""
    entry = phone.does("whatsapp", USER, text="eins")
    repeat = {"provider_id": entry["provider_id"], "times": 50}
    answers = phone.http.post("/control/repeat", json=repeat).json()["answers"]
    assert answers == ["200"] * 50
    assert len({request.body for _, request in house.wait_for(51)}) == 1
    unknown = {"provider_id": "wamid.nobody"}
    assert phone.http.post("/control/repeat", json=unknown).status_code == 404


def test_long_poll_ends_with_the_message(phone: Phone) -> None:
    """A phone that waits is answered when something comes, not at the end of its time."""
    query: dict[str, Any] = {"channel": "telegram", "user": "7000000001", "wait": 30}
    pages: list[dict[str, Any]] = []

    def poll() -> None:
        pages.append(phone.http.get("/control/messages", params=query).json())

    waiting = threading.Thread(target=poll)
    waiting.start()
    phone.does("telegram", "7000000001", text="hallo")
    waiting.join(PATIENCE_S / 3)
    assert [message["text"] for message in pages[0]["messages"]] == ["hallo"]
    after = {**query, "after": pages[0]["next"], "wait": 0}
    later = phone.http.get("/control/messages", params=after).json()
    assert all(message["state"] == "delivered" for message in later["messages"])


def test_faults_can_be_seen_and_taken_back(phone: Phone) -> None:
    """Planned faults are listed, for one user or all, and end with DELETE."""
    plan = {"channel": "whatsapp", "user": USER, "next": [{"status": 500}], "count": 2}
    listed = phone.http.post("/control/faults", json=plan).json()["faults"]
    assert listed == [{"channel": "whatsapp", "user": USER, "next": [{"status": 500}] * 2}]
    assert phone.http.delete("/control/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "whatsapp", "user": USER},
        {"channel": "whatsapp", "user": USER, "text": "x", "photo": "y"},
        {"channel": "whatsapp", "user": "nobody", "text": "x"},
        {"channel": "telegram", "user": "nobody", "text": "x"},
        {"channel": "pigeon", "user": USER, "text": "x"},
        {"channel": "whatsapp", "user": USER, "text": "x", "colour": "red"},
    ],
)
def test_wrong_orders_are_explained(phone: Phone, wrong: dict[str, str]) -> None:
    """An order that cannot be is refused with problem details, and the house hears nothing."""
    answer = phone.http.post("/control/messages", json=wrong)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert phone.http.get("/control/webhooks").json() == {"webhooks": []}


def test_pages_elsewhere_cannot_reach_it(phone: Phone) -> None:
    """Neither a form of another page nor a name that points here gets an order through."""
    words = b'{"channel":"whatsapp","user":"4917604069001","text":"x"}'
    plain = {"Content-Type": "text/plain"}
    assert phone.http.post("/control/messages", content=words, headers=plain).status_code == 415
    elsewhere = {"Host": "example.org:80"}
    assert phone.http.get("/control/faults", headers=elsewhere).status_code == 421


def test_secrets_are_ours_alone(tmp_path: Path) -> None:
    """A house's secrets are made once and readable by nobody else."""
    first = simulated_accounts(tmp_path)
    assert simulated_accounts(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "accounts.json").stat().st_mode) == 0o600
    assert simulated_accounts(tmp_path / "another") != first


def test_accounts_of_an_older_house_are_kept(tmp_path: Path) -> None:
    """A house that knew fewer messengers gets the new ones' accounts and keeps its own."""
    first = simulated_accounts(tmp_path)
    path = tmp_path / "accounts.json"
    known = json.loads(path.read_text())
    del known["messenger"]
    path.write_text(json.dumps(known))
    now = simulated_accounts(tmp_path)
    assert now._replace(messenger=first.messenger) == first
    assert now.messenger.access_token != first.messenger.access_token
    assert simulated_accounts(tmp_path) == now


def test_accounts_for_the_house(messengers: Messengers) -> None:
    """The house is told each account's secrets under the names that the channels use."""
    told = {channel: (account, set(secrets)) for channel, account, secrets in messengers.accounts}
    meta = {"access_token", "app_secret", "verify_token"}
    assert told == {
        "whatsapp": ("100000000000001", {*meta, "public_name"}),
        "telegram": ("musterstadt_bot", {"access_token", "secret_token"}),
        "messenger": ("100000000000002", meta),
        "instagram": ("17841400000000001", {*meta, "public_name"}),
        "email": ("service@musterstadt.example", {"sender_name"}),
    }


def test_every_channel_of_somebody_else_is_simulated(messengers: Messengers) -> None:
    """A channel that is new to the house is tried here too: no table leaves it out."""
    simulated = {channel for channel, *_ in messengers.accounts}
    assert simulated == {name for name, known in CHANNELS.items() if known.abilities.pushed}


def test_page_has_a_strict_policy(messengers: Messengers, phone: Phone) -> None:
    """The phone's page and its files come with a policy that allows no inline script."""
    pages = [f"/phone/{channel}" for channel, *_ in messengers.accounts]
    for path in (*pages, "/phone/static/phone.js", "/phone/static/messengers.js"):
        answer = phone.http.get(path)
        assert answer.status_code == httpx.codes.OK
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert phone.http.get("/phone/static/../server.py").status_code == 404


def test_the_page_is_told_which_messengers_there_are(messengers: Messengers, phone: Phone) -> None:
    """It keeps no list of its own: each has its title, and a customer to begin with."""
    named = phone.http.get("/phone/static/messengers.js").text
    known = json.loads(named.removeprefix("export const MESSENGERS = ").removesuffix(";\n"))
    assert list(known) == [channel for channel, *_ in messengers.accounts]
    assert known["whatsapp"] == {"title": "WhatsApp", "first": USER}
