"""The requests in `events/webchat/`: what API Gateway hands over, and what it gets."""

import json
from pathlib import Path

import pytest

from tests.unit.webchat.house import House, options

EVENTS = Path(__file__).parents[3] / "events" / "webchat"
TOKEN = "test-visitor-token-000000000000000000000000"

STATUS = {
    "choice": 202,
    "demo": 200,
    "no_token": 401,
    "poll": 200,
    "preflight": 204,
    "text": 202,
    "typed_payload": 400,
    "visitor": 201,
    "widget": 200,
}


@pytest.mark.parametrize("case", sorted(file.stem for file in EVENTS.glob("*.json")))
def test_every_captured_request_is_answered(case: str) -> None:
    """Each file gets the answer that stands here, and only accepted messages reach the queue."""
    house = House()
    house.commit(house.address(TOKEN), [("bot", options("Was?")), ("bot", options("Was?", "Ja"))])

    answer = house.webchat(json.loads((EVENTS / f"{case}.json").read_text("utf-8")), None)

    assert answer["statusCode"] == STATUS[case]
    assert len(house.arrived()) == (1 if STATUS[case] == 202 else 0)
