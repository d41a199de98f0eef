"""Hold what a bot may do and knows: the compiled form of its domain, in plain JSON types."""

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Self

from dialogue.runtime.events import REQUESTED_SLOT, SESSION_METADATA_SLOT

DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")
"""Intents that every Rasa bot has without naming them."""

DEFAULT_ACTIONS = (
    *("action_listen", "action_restart", "action_session_start", "action_default_fallback"),
    *("action_deactivate_loop", "action_revert_fallback_events"),
    *("action_default_ask_affirmation", "action_default_ask_rephrase"),
    *("action_two_stage_fallback", "action_unlikely_intent", "action_back", "..."),
    "action_extract_slots",
)
"""Every bot has these, in this order: where no policy predicts anything, Rasa takes the first."""

OTHER = "__other__"
"""The value of a categorical slot for whatever the domain does not list."""

NOT_SET = "should_not_be_set"
"""How a rule says that a slot or loop must be empty."""

Feature = list[float] | str


@dataclass(frozen=True)
class Slot:
    """A slot as the domain defines it; `mappings` are Rasa's."""

    type: str
    initial_value: Any = None
    influence: bool = True
    values: list[str] = field(default_factory=list)
    min_value: float = 0.0
    max_value: float = 1.0
    mappings: list[dict[str, Any]] = field(default_factory=list)

    def kept(self, value: Any) -> Any:
        """Return what is stored when the slot is set to a value."""
        return [value] if self.type == "list" and value and not isinstance(value, list) else value

    def feature(self, value: Any) -> Feature | None:
        """Return what a policy sees of a value, None where it sees nothing."""
        if not self.influence or self.type == "any":
            return None
        if value == NOT_SET:
            return NOT_SET
        features = _FEATURES[self.type](self, value)
        return features if any(features) else None


@dataclass(frozen=True)
class Form:
    """A form: what it asks for, in order, and what must not fill its slots."""

    required_slots: list[str]
    ignored_intents: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Domain:
    """All that a bot may do and knows.

    `intents`: by name, the entities that policies see. `actions`: custom actions and responses by
    name, as far as the author listed them. `responses`: variations as written.
    `session_expiration_time` in minutes, 0 for never.
    """

    intents: dict[str, list[str]]
    entities: list[str]
    slots: dict[str, Slot]
    forms: dict[str, Form]
    responses: dict[str, list[dict[str, Any]]]
    actions: list[str]
    retrieval_intents: list[str] = field(default_factory=list)
    need_domain: list[str] = field(default_factory=list)
    session_expiration_time: float = 60
    carry_over_slots: bool = True
    store_entities_as_slots: bool = True

    @cached_property
    def action_names(self) -> list[str]:
        """Return all actions that may be predicted, in Rasa's order."""
        known = dict.fromkeys((*DEFAULT_ACTIONS, *self.actions, *self.forms))
        return list(known)

    @cached_property
    def known_actions(self) -> frozenset[str]:
        """Return the same as a set."""
        return frozenset(self.action_names)

    @cached_property
    def all_slots(self) -> dict[str, Slot]:
        """Return the slots with those that every bot has."""
        slots = dict(self.slots)
        if self.forms and REQUESTED_SLOT not in slots:
            slots[REQUESTED_SLOT] = Slot("text", influence=False)
        slots.setdefault(SESSION_METADATA_SLOT, Slot("any", influence=False))
        return slots

    @cached_property
    def initial_slots(self) -> dict[str, Any]:
        """Return the values of all slots before anything is said."""
        return {name: each.kept(each.initial_value) for name, each in self.all_slots.items()}

    @cached_property
    def initial_features(self) -> dict[str, Feature]:
        """Return what policies see of them."""
        return {
            name: feature
            for name, each in self.all_slots.items()
            if (feature := each.feature(self.initial_slots[name])) is not None
        }

    def for_actions(self) -> dict[str, Any]:
        """Return the domain as an action server reads it."""
        return {
            "version": "3.1",
            "intents": list(self.intents),
            "entities": list(self.entities),
            "slots": {
                name: {
                    "type": each.type,
                    "initial_value": each.initial_value,
                    "influence_conversation": each.influence,
                    "mappings": each.mappings,
                }
                for name, each in self.slots.items()
            },
            "responses": self.responses,
            "actions": list(self.actions),
            "forms": {name: asdict(each) for name, each in self.forms.items()},
            "e2e_actions": [],
            "session_config": {
                "session_expiration_time": self.session_expiration_time,
                "carry_over_slots_to_new_session": self.carry_over_slots,
            },
        }

    def plain(self) -> dict[str, Any]:
        """Return the domain in JSON types."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """Return the domain that `plain` wrote."""
        slots = {name: Slot(**each) for name, each in plain["slots"].items()}
        forms = {name: Form(**each) for name, each in plain["forms"].items()}
        return cls(**{**plain, "slots": slots, "forms": forms})


def _text(_slot: Slot, value: Any) -> list[float]:
    return [0.0 if value is None else 1.0]


def _list(_slot: Slot, value: Any) -> list[float]:
    return [1.0 if isinstance(value, list | str | dict) and len(value) > 0 else 0.0]


def _bool(_slot: Slot, value: Any) -> list[float]:
    known = as_bool(value)
    return [0.0, 0.0] if known is None else [1.0, float(known)]


def _float(slot: Slot, value: Any) -> list[float]:
    try:
        capped = max(slot.min_value, min(slot.max_value, float(value)))
    except (TypeError, ValueError):
        return [0.0, 0.0]
    return [1.0, (capped - slot.min_value) / (abs(slot.max_value - slot.min_value) or 1)]


def _categorical(slot: Slot, value: Any) -> list[float]:
    if value is None:
        return []
    written = str(value).lower()
    chosen = written if written in slot.values else OTHER
    return [float(each == chosen) for each in (*slot.values, OTHER)]


def as_bool(value: Any) -> bool | None:
    """Return what a boolean slot takes a value for, None where it is neither true nor false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value == 1
    if isinstance(value, str):
        if value.isnumeric():
            return float(value) == 1
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


_FEATURES = {
    "text": _text,
    "list": _list,
    "bool": _bool,
    "float": _float,
    "categorical": _categorical,
}
