"""Name what goes out as one: several messages of a turn, or a single one."""

from collections.abc import Sequence


def bubble_id(message_ids: Sequence[str]) -> str:
    """Return the reference of messages of one turn: `<conversation>.<sequence>.<n>+<n>…`."""
    first, *rest = message_ids
    return "+".join((first, *(message_id.rpartition(".")[2] for message_id in rest)))


def message_ids(reference: str) -> tuple[str, ...]:
    """Return the messages that a reference names, none where it is not one of ours."""
    parts = reference.split(".")
    if len(parts) != 3 or not parts[1].isdecimal():
        return ()
    turn, numbers = ".".join(parts[:2]), parts[2].split("+")
    return tuple(f"{turn}.{number}" for number in numbers)
