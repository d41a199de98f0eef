"""Choose a variation of a response and fill it, as Rasa does."""

import copy
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialogue.runtime.events import Event

_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")
_DATA = ("elements", "quick_replies", "buttons", "attachment", "image", "custom")
_PLACEHOLDER = re.compile(r"\{([^\n{}]+?)\}")


def variations(
    written: Sequence[Mapping[str, Any]], slots: Mapping[str, Any], channel: str
) -> list[Mapping[str, Any]]:
    """Return the variations that may be said: one of them is taken at random.

    What is for the channel comes before what is for any; among these, what is conditional first.
    """
    plain = [each for each in written if each.get("condition") is None]
    fitting = [each for each in written if each.get("condition") and _holds(each, slots)]
    for wanted in (channel, None):
        for group in (fitting, plain):
            found = [each for each in group if each.get("channel") == wanted]
            if found:
                return found
    return []


def generate(
    name: str,
    written: Sequence[Mapping[str, Any]],
    slots: Mapping[str, Any],
    channel: str,
    seed: int,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Return one filled variation, None where none may be said; `values` come before slots."""
    chosen = draw(name, variations(written, slots, channel), seed)
    return None if chosen is None else filled(chosen, {**slots, **(values or {})})


def draw[V](name: str, candidates: Sequence[V], seed: int) -> V | None:
    """Return one of a response's variations, None of none. The seed makes the choice."""
    if not candidates:
        return None
    drawn = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return candidates[int.from_bytes(drawn[:8]) % len(candidates)]


def filled(variation: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variation with `{name}` replaced wherever Rasa replaces it."""
    made = copy.deepcopy(dict(variation))
    for key in _FILLED:
        if key in made:
            made[key] = _fill(made[key], values)
    return made


def fill_text(text: str, values: Mapping[str, Any]) -> str:
    """Replace `{name}`; an unknown name leaves the text as it is, `{{name}}` gives `{name}`."""
    try:
        made = _PLACEHOLDER.sub(r"{0[\1]}", text).format(values)
        return text.format({}) if "0[" in made else made
    except (KeyError, ValueError, IndexError):
        return text


def bot_said(message: Mapping[str, Any]) -> Event:
    """Return the event of a message of the bot."""
    data = {key: message.get(key) for key in _DATA}
    data["attachment"] = data["attachment"] or data["image"]
    metadata = {key: each for key, each in message.items() if key not in (*_DATA, "text")}
    return {"event": "bot", "text": message.get("text"), "data": data, "metadata": metadata}


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return fill_text(value, values)
    if isinstance(value, dict):
        return {key: _fill(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, values) for each in value]
    return value


def _holds(variation: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    return all(
        same(slots.get(each["name"]), each["value"]) for each in variation.get("condition", ())
    )


def same(found: Any, wanted: Any) -> bool:
    """Tell whether a slot has the value of a condition; texts compare without case."""
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return bool(found == wanted)
