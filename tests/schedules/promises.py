"""Check after a schedule that every guarantee was kept; each finding begins with its kind."""

import json
from collections import Counter
from collections.abc import Iterator

from conversation.bubble import message_ids
from conversation.incoming import RECEIPT_RANK
from conversation.message import Message
from conversation.turn import TurnRecord
from tests.schedules.world import Commit, World, outbound_messages

ODD = ("poison", "oom", "big")


def broken_promises(world: World) -> list[str]:
    """Return what was not kept, nothing where all is well."""
    records = {
        (conversation, record.sequence): record
        for conversation in world.table.all_conversations()
        for record in world.table.all_records(conversation)
    }
    return [
        *_at_rest(world, records),
        *_nothing_lost_nothing_twice(world, records),
        *_replies(world, records),
        *_in_order(world),
        *_actions(world, records),
        *_innocent(world),
        *_deliveries(world, records),
        *_order_at_the_messenger(world),
        *_one_voice(world),
        *_receipts(world, records),
        *_links(world),
    ]


type Records = dict[tuple[str, int], TurnRecord]


def _at_rest(world: World, records: Records) -> Iterator[str]:
    for queue in (world.inbound_queue, world.outbound_queue, *world.dead_queues):
        if queue.groups:
            yield f"stuck: a queue is not empty {queue.all_messages()}"
    if world.table.all_parked():
        yield f"stuck: parked for ever {world.table.all_parked()}"
    for id_, state in world.table.all_conversations().items():
        if state.started:
            yield f"stuck: {id_} has a started turn"
        if state.pending and (id_, state.pending.sequence) not in records:
            yield f"stuck: {id_} has an unflushed turn {state.pending.sequence}"
        if state.timers:
            yield f"stuck: {id_} waits for {state.timers}"
    for commit in world.commits:
        if (commit.state.id, commit.turn.sequence) not in records:
            yield f"stuck: turn {commit.turn.sequence} has no record"


def _nothing_lost_nothing_twice(world: World, records: Records) -> Iterator[str]:
    kept = Counter(
        message.event_id
        for record in records.values()
        for message in record.messages
        if message.author == "customer"
    )
    committed = Counter(
        message.event_id
        for commit in world.commits
        for message in commit.turn.messages
        if message.author == "customer"
    )
    for id_ in world.customers:
        if kept[id_] > 1 or committed[id_] > 1:
            yield f"twice: {id_} kept {kept[id_]}, committed {committed[id_]} times"
        if id_ in world.accepted and kept[id_] == 0:
            yield f"lost: {id_} {world.customers[id_].content}"


def _replies(world: World, records: Records) -> Iterator[str]:
    said = Counter(m.event_id for r in records.values() for m in r.messages if m.author == "agent")
    drafts = Counter(
        sk.rsplit("#", 1)[1]
        for id_ in world.table.all_conversations()
        for sk, _ in world.table.items(id_, "D#")
    )
    for id_ in world.typed:
        if said[id_] + drafts[id_] != 1:
            yield f"reply: {id_} said {said[id_]}, returned {drafts[id_]} times"


def _in_order(world: World) -> Iterator[str]:
    dead = {json.loads(body).get("id") for body in world.dead_lettered}
    for conversation, arrived in world.inbound_queue.arrived.items():
        committed = [
            message.event_id
            for commit in world.commits
            if commit.state.id == conversation
            for message in commit.turn.messages
            if message.author == "customer" and message.event_id not in dead
        ]
        came = dict.fromkeys(id_.partition(">")[0] for id_ in arrived)
        expected = [id_ for id_ in came if id_ in set(committed)]
        if committed != expected:
            yield f"order: arrived {expected}, committed {committed}"


def _actions(world: World, records: Records) -> Iterator[str]:
    keys = Counter(world.actions.effects.values())
    for action, number in keys.items():
        if number > 1:
            yield f"action twice: {action}"
    told = {done.key for record in records.values() for done in record.actions}
    begun = {
        done.key.split("/")[0]
        for record in records.values()
        for done in record.actions
        if done.result is None
    }
    for key in world.actions.effects:
        if key not in told and key.split("/")[0] not in begun:
            yield f"action unseen: {key} was done, the thread does not say so"


def _innocent(world: World) -> Iterator[str]:
    for commit in world.commits:
        apologised = any(
            m.content.text.startswith("utter_pforte_fault") for m in commit.turn.messages
        )
        whats = [_what(world, m) for m in commit.turn.messages if m.author == "customer"]
        if not apologised or any(what in ODD for what in whats):
            continue
        ids = [id_ for id_ in commit.turn.event_ids if not id_.startswith("dead:")]
        came_dead = any(id_.startswith("dead:") for id_ in commit.turn.event_ids)
        if not came_dead and max(world.deaths.get(id_, 0) for id_ in ids) < 2:
            yield f"innocent fault turn: {ids}"


def _what(world: World, message: Message) -> str:
    content = world.customers[message.event_id].content
    return content.text.split(" ")[0] if content else ""


def _deliveries(world: World, records: Records) -> Iterator[str]:
    times = Counter(message for _, _, _, message, _ in world.sends)
    taken = {id_ for commit in world.commits for id_ in commit.turn.event_ids}
    for commit in world.commits:
        record = records.get((commit.state.id, commit.turn.sequence))
        if record is None:
            continue
        for delivery in commit.turn.deliveries:
            failed = [m.id for m in delivery.messages if record.states.get(m.id) == "failed"]
            if failed and f"failed:{failed[0]}" not in taken:
                yield f"failure not told: {failed[0]}"
            for message in delivery.messages:
                yield from _delivery(world, commit, record, message, times[message.id])


def _delivery(
    world: World, commit: Commit, record: TurnRecord, message: Message, sends: int
) -> Iterator[str]:
    state = record.states.get(message.id)
    if state == "withdrawn":
        claimed = _claims_after(world, commit) or _held_where_merged(world, commit)
        if message.author != "bot" or not claimed:
            yield f"withdrawn without a claim: {message.id} {message.author}"
    elif state == "sent" and sends == 0:
        yield f"never sent: {message.id} is said to be sent"
    elif state is None:
        yield f"no outcome: {message.id} sent {sends} times"
    if sends > 1 and message.id not in record.unknown:
        yield f"double unmarked: {message.id}"
    if sends > 1 and "*" not in world.suspects:
        held = any(message.id in body for body in world.suspects)
        if not held and not any("drain" in body for body in world.suspects):
            yield f"double needless: {message.id}"


def _order_at_the_messenger(world: World) -> Iterator[str]:
    position: dict[str, tuple[int, int]] = {}
    for number, commit in enumerate(world.commits):
        for place, message in enumerate(outbound_messages(commit.turn)):
            position[message.id] = (number, place)
    revived = {
        message
        for body in world.dead_lettered
        for message in position
        if message.rsplit(".", 1)[0] in body
    }
    # What is cut off begins anew, and need not wait for what the other conversation says there.
    cut = any(id_.startswith("unlinked:") for c in world.commits for id_ in c.turn.event_ids)
    first: dict[tuple[str, str], list[str]] = {}
    for _, _, address, id_, _ in world.sends:
        where = (address, id_.split(".")[0] if cut else "")
        if id_ not in first.setdefault(where, []) and id_ not in revived:
            first[where].append(id_)
    for (address, _), messages in first.items():
        places = [position[m] for m in messages]
        if places != sorted(places):
            yield f"order at the messenger: {address} {messages}"


def _claims_after(world: World, commit: Commit) -> list[Commit]:
    return [
        other
        for other in world.commits
        if other.state.id == commit.state.id
        and other.step > commit.step
        and other.state.claimed_epoch == other.state.epoch
        and other.turn.event_ids[0].startswith("claim:")
    ]


def _held_where_merged(world: World, commit: Commit) -> bool:
    """Say whether a person had the conversation that this one was merged into, or came with one."""
    own = commit.state.id
    return any(
        other.step > commit.step
        and other.state.agent is not None
        and own in (other.state.id, *(link.conversation for link in other.state.links))
        and (other.state.id != own or other.turn.event_ids[0].startswith("absorb:"))
        for other in world.commits
    )


def _one_voice(world: World) -> Iterator[str]:
    for commit in world.commits:
        answers = {m.id for m in outbound_messages(commit.turn) if m.author == "bot"}
        for claim in _claims_after(world, commit):
            for step, now, _, message, seen in world.sends:
                began_after = seen > claim.step or now - claim.now > 16_000
                if message in answers and step > claim.step and began_after:
                    yield f"bot speaks after a claim: {message}"
    for commit in world.commits:
        if commit.state.agent is not None and not commit.turn.event_ids[0].startswith("claim:"):
            said = [m.id for m in commit.turn.messages if m.author == "bot"]
            if said:
                yield f"bot speaks while a person has it: {said}"


def _receipts(world: World, records: Records) -> Iterator[str]:
    taken = {id_ for commit in world.commits for id_ in commit.turn.event_ids}
    by_message = {message.id: record for record in records.values() for message in record.messages}
    for receipt in world.receipts:
        messages = message_ids(receipt["message"])
        record = by_message.get(messages[0])
        if record is None or not receipt["ok"]:
            continue
        ids = record.provider_ids
        found = receipt["own"] or receipt["provider_id"] in ids.get(messages[0], ())
        rank = RECEIPT_RANK["failed" if receipt["failed"] else "delivered"]
        for message in messages if found else ():
            if record.receipts.get(message, 0) < rank:
                yield f"receipt lost: {message}"
        if found and receipt["failed"] and f"failed:{messages[0]}:async" not in taken:
            yield f"late failure not told: {messages[0]}"


def _links(world: World) -> Iterator[str]:
    """One address is in one conversation; what was merged holds nothing and leads somewhere."""
    states = world.table.all_conversations()
    places = Counter(
        address for state in states.values() if not state.merged_into for address in state.addresses
    )
    for address in world.written_from:
        own = states.get(world.identity.conversation(address))
        if own is None or not own.addresses:
            continue
        home = own
        for _ in states:
            home = states[home.merged_into] if home.merged_into else home
        if home.merged_into:
            yield f"link: {own.id} is merged in a circle"
        elif address not in home.addresses or places[address] != 1:
            yield f"link: {address} is in {places[address]} conversations, {home.addresses}"
        if own.merged_into and (own.escalation or own.assignee != "bot" or own.timers):
            yield f"link: {own.id} is merged and still holds {own.escalation} {own.timers}"
