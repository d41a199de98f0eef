"""What the house calls to mark as read and to type is what the simulated messengers show."""

import pytest

from channels.registry import CHANNELS
from pforte.messengers.server import Messengers
from tests.unit.messengers.conftest import Phone, StubHouse, local_client

pytestmark = pytest.mark.enable_socket

USER = "5200000000000001"


@pytest.mark.parametrize("name", ["whatsapp", "messenger", "instagram", "telegram"])
def test_signs_reach_the_phone(
    name: str, messengers: Messengers, house: StubHouse, phone: Phone
) -> None:
    """The customer's message is seen as read where marks exist, and "is typing" is shown."""
    user = "49176040690" if name in {"whatsapp", "telegram"} else USER
    written = phone.does(name, user, text="Guten Tag")
    house.wait_for(1)
    account = getattr(messengers, name).account
    channel = CHANNELS[name]
    base = f"http://127.0.0.1:{messengers.port}/{name}" + ("" if name == "telegram" else "/v25.0")
    headers = {"Authorization": f"Bearer {account.access_token}"}
    with local_client(base, headers=headers) as client:
        seen = written["provider_id"]
        for call in (
            channel.mark_read(account.account, user, seen),
            channel.show_typing(account.account, user, seen),
        ):
            if call is not None:
                path = call.path.replace("{access_token}", account.access_token)
                assert client.post(path, json=dict(call.json)).status_code == 200
    if channel.abilities.read_marks:
        phone.shows(name, user, lambda all_: all_[0]["state"] == "read")
    assert getattr(messengers, name).typing(user)
