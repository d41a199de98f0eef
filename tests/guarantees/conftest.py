"""Give the guarantees a house with a bot whose words tell what it answers to."""

import logging

import pytest

from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House


@pytest.fixture
def house() -> House:
    return House(EchoBot())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
