"""Files of agents: they go with their reply, once, or come back to the agent with it."""

import pytest

from channels.base import Call, ProviderResponse, Secrets
from channels.files import FileLink
from conversation.event import Reply
from conversation.message import Attachment
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import ANNA, House

PLAN = Attachment(
    kind="document", mime_type="application/pdf", filename="Plan.pdf", size=9, place="c/e/0"
)


@pytest.fixture
def house() -> House:
    return House(EchoBot())


def _reply(house: House, epoch: int, text: str = "") -> None:
    event = Reply(
        id="reply:7", at=house.now, agent=ANNA.id, epoch=epoch, text=text, attachments=(PLAN,)
    )
    house.inbound.send(house.conversation_of(), event)
    house.rest()


def test_a_file_goes_with_its_reply(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One message in the thread and one call, the link still to be made; a repeat adds nothing."""
    calls: list[Call] = []

    def take(channel: str, call: Call, secrets: Secrets) -> ProviderResponse:
        calls.append(call)
        return ProviderResponse(200, b'{"ok": true, "result": {"message_id": 1}}')

    house.ask("person")
    claimed = house.claim()
    house.rest()
    monkeypatch.setattr(house.messenger, "call", take)
    _reply(house, claimed.epoch, "Hier ist der Plan.")
    house.forget_deduplication()
    _reply(house, claimed.epoch, "Hier ist der Plan.")
    [call] = [call for call in calls if not call.hint]
    assert call.json["document"] == FileLink("c/e/0", "application/pdf", "Plan.pdf")
    assert call.json["caption"] == "Hier ist der Plan."
    [message] = [message for message in house.thread() if message.author == "agent"]
    assert message.content.attachments == (PLAN,)


def test_a_file_that_comes_too_late_comes_back_with_its_draft(house: House) -> None:
    """Nothing that an agent chose is lost."""
    house.ask("person")
    claimed = house.claim()
    house.resolve(claimed.epoch)
    house.rest()
    _reply(house, claimed.epoch)
    [(_, body)] = house.table.items(house.conversation_of(), f"D#{ANNA.id}#")
    assert [Attachment.model_validate(part) for part in body["attachments"]] == [PLAN]
    assert not [message for message in house.thread() if message.author == "agent"]
