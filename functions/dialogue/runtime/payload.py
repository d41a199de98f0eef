"""Read a message that names its intent: `/intent@0.9{"entity": "value"}`."""

import json
import re
from typing import Any

from dialogue.runtime.domain import Domain
from dialogue.runtime.events import Event, said

_PAYLOAD = re.compile(
    r"/(?P<name>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>\{.+\})?(?P<rest>.*)"
)


def read_payload(text: str, domain: Domain) -> Event | None:
    """Return the message, None where the text is none or names an unknown intent.

    The names in it are entities, not slots; a list gives several; unknown ones are left out.
    """
    text = text.strip()
    match = _PAYLOAD.match(text)
    if match is None or match["name"].strip() not in domain.intents:
        return None
    intent = match["name"].strip()
    confidence = _confidence(match["confidence"])
    return said(
        text,
        intent,
        [entity for entity in _entities(match) if entity["entity"] in domain.entities],
        confidence=confidence,
        ranking=[{"name": intent, "confidence": confidence}],
    )


def read_entities(text: str) -> list[dict[str, Any]]:
    """Return the entities of a payload, whatever the domain knows."""
    match = _PAYLOAD.match(text.strip())
    return _entities(match) if match else []


def _entities(match: re.Match[str]) -> list[dict[str, Any]]:
    try:
        read = json.loads(match["entities"] or "{}")
    except ValueError:
        return []
    return [
        {
            "entity": name,
            "value": value,
            "start": match.start("entities"),
            "end": match.end("entities"),
            "extractor": "RegexMessageHandler",
        }
        for name, values in read.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _confidence(written: str | None) -> float:
    try:
        return min(1.0, float(written[1:])) if written else 1.0
    except ValueError:
        return 0.0
