"""Give a waiting conversation to the agent who asks first."""

from uuid import uuid4

from aws.journal import flush
from aws.links import survivor
from channels.reach import unsendable
from channels.registry import CHANNELS
from conversation.address import Address
from conversation.claim import claim
from conversation.conversation import Conversation
from conversation.errors import Conflict, NotFound, Unavailable, VersionConflict
from conversation.model import Model
from desk.agent import Agent
from desk.outside import Outside
from desk.waiting import candidates

ATTEMPTS = 6
CANDIDATES_TRIED = 20


class Claimed(Model):
    """What an agent has now; what is written there carries the epoch."""

    conversation: str
    epoch: int


def claim_next(outside: Outside, agent: Agent) -> Claimed | None:
    """Claim who is due first, or the next if somebody was faster; None where nobody waits.

    Whoever loses a race spreads wider over the queue. Raises Conflict where too many contend.
    """
    gone: set[str] = set()
    for tried in range(CANDIDATES_TRIED):
        waiting = candidates(outside, gone, spread=2**tried)
        if not waiting:
            return None
        try:
            return claim_this(outside, agent, waiting[0], again=False)
        except (Conflict, NotFound):
            gone.add(waiting[0])
    raise Conflict("Many are taking conversations right now; try again.")


def claim_this(outside: Outside, agent: Agent, id_: str, again: bool = True) -> Claimed:
    """Claim one conversation; where the agent has it already, that is fine (`again`).

    One that was merged stands for the one that it was merged into.

    Whatever else was decided for the conversation between our read and our write makes the write
    fail on its version, and we read again. Raises Conflict where somebody else has it or nobody
    waits, NotFound.
    """
    for _ in range(ATTEMPTS):
        conversation = survivor(outside.table, id_)
        if conversation is None:
            raise NotFound("There is no such conversation.")
        if conversation.agent == agent.id and again:
            return Claimed(conversation=conversation.id, epoch=conversation.epoch)
        if conversation.agent is not None:
            raise Conflict("Somebody else has this conversation.")
        claimed = _claimed(outside, agent, conversation)
        flush(outside.table, outside.inbound, outside.outbound, conversation, fresh=False)
        try:
            outside.table.put_conversation(claimed, conversation.version)
        except VersionConflict:
            continue
        _tell(outside, claimed)
        return Claimed(conversation=claimed.id, epoch=claimed.epoch)
    raise Conflict("A lot is happening in this conversation; try again.")


def _claimed(outside: Outside, agent: Agent, conversation: Conversation) -> Conversation:
    voice = outside.voice
    language = conversation.language or voice.front_door.default_language
    joined = voice.say("utter_pforte_agent_joined", language, 0, agent=agent.name)
    now, address = outside.clock(), conversation.answer_to
    return claim(
        conversation,
        agent=agent.id,
        name=agent.name,
        joined=joined,
        now=now,
        writer=uuid4().hex,
        pushed=_pushed(address),
        unsent=unsendable(conversation, address, "system", joined, now) if address else "",
        idle=voice.front_door.claim_idle_minutes * 60_000,
    )


def _pushed(address: str) -> bool:
    """Say whether what we write must be sent: the web chat fetches it instead."""
    return bool(address) and CHANNELS[Address.parse(address).channel].abilities.pushed


def _tell(outside: Outside, claimed: Conversation) -> None:
    try:
        flush(outside.table, outside.inbound, outside.outbound, claimed, fresh=True)
    except Unavailable:
        # The claim stands; its own write carries the wake that flushes it.
        return
