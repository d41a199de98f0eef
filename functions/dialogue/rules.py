"""Read rules of one turn: an intent and the actions that answer it. Training only."""

from typing import NamedTuple

from dialogue.source import Node

_PLAIN = {
    "condition": (None, []),
    "conversation_start": (None, False),
    "wait_for_user_input": (None, True),
}
"""What these keys of a rule may say without changing what it does."""


class Rule(NamedTuple):
    """What to do when an intent comes in."""

    intent: str
    actions: tuple[Node, ...]
    node: Node


def read_rules(section: Node) -> list[Rule]:
    """Read one `rules:` section. Raises ProjectError for what would not run as written."""
    return [_read_rule(entry) for entry in section.sequence("rules")]


def _read_rule(entry: Node) -> Rule:
    fields = entry.mapping("a rule")
    if "rule" not in fields:
        entry.fail("a rule begins with 'rule: name'. Add it.")
    for key, plain in _PLAIN.items():
        if key in fields and fields[key].value not in plain:
            fields[key].fail(f"'{key}' of a rule is not supported yet. Leave the rule out.")
    if "steps" not in fields:
        entry.fail("a rule needs 'steps:'. Add an intent and an action.")
    intent = ""
    actions: list[Node] = []
    for step in fields["steps"].sequence("steps"):
        parts = step.mapping("a step")
        if set(parts) == {"intent"} and not intent and not actions:
            intent = parts["intent"].text("intent")
        elif set(parts) == {"action"} and intent:
            parts["action"].text("action")
            actions.append(parts["action"])
        else:
            step.fail(
                "only rules of one intent and then actions are supported yet, "
                f"not a step with {', '.join(parts) or 'nothing'} here. Leave the rule out."
            )
    if not intent or not actions:
        entry.fail("a rule needs an intent and at least one action. Complete its steps.")
    return Rule(intent, tuple(actions), entry)
