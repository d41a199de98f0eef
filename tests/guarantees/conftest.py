"""Give the guarantees a house with a bot whose words tell what it answers to."""

import pytest

from tests.guarantees.bot import EchoBot
from tests.guarantees.house import House


@pytest.fixture
def house() -> House:
    return House(EchoBot())
