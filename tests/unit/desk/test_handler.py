"""The Lambda of the desk, built from its environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.house import house
from desk import handler
from dialogue.compiled import FILE, CompiledBot
from tests.gateway import http_event
from tests.unit.desk.scenes import FRONT_DOOR


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give the function its environment and a trained bot without a model."""
    bot = CompiledBot(front_door=FRONT_DOOR, responses={})
    (tmp_path / FILE).write_text(bot.to_json())
    settings = {
        "TABLE_NAME": "table",
        "BUCKET_NAME": "bucket",
        "INBOUND_QUEUE_URL": "https://sqs.example/in",
        "OUTBOUND_QUEUE_URL": "https://sqs.example/out",
        "PARAMETER_PREFIX": "/pforte",
        "USER_POOL_CLIENT_ID": "client",
        "BOT_DIR": str(tmp_path),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    house.cache_clear()
    handler._desk.cache_clear()
    yield
    house.cache_clear()
    handler._desk.cache_clear()


@pytest.mark.usefixtures("built")
def test_the_function_answers_from_its_environment() -> None:
    """Built from settings and the trained bot's front door, it serves and keeps its door."""
    assert handler.handle(http_event("GET", "/desk"), None)["statusCode"] == 200
    assert handler.handle(http_event("GET", "/desk/api/overview"), None)["statusCode"] == 401
    assert handler._desk()._outside.voice.front_door == FRONT_DOOR
