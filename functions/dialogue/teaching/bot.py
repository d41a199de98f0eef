"""Learn a whole bot from its folder: domain, rules, stories, and the policies of config.yml."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain
from dialogue.runtime.memoization import MemoizationSettings
from dialogue.runtime.policies import AUGMENTED, MEMOIZATION, RULES, Policy
from dialogue.runtime.rules import RuleSettings
from dialogue.runtime.states import RuleOnly
from dialogue.source import Node
from dialogue.teaching.domain import read_domain
from dialogue.teaching.files import Files, read_files
from dialogue.teaching.memorize import memorize
from dialogue.teaching.rules import learn_rules
from dialogue.teaching.steps import Block, read_rules, read_stories
from dialogue.teaching.trackers import StoryTracker, trackers_of

_MEMORY = {MEMOIZATION: False, AUGMENTED: True}
_NOT_RUN = ("TEDPolicy", "UnexpecTEDIntentPolicy")
_SHARED = {"name", "priority", "use_nlu_confidence_as_score", "enable_feature_string_compression"}
_KEYS = {
    RULES: {
        *("core_fallback_threshold", "core_fallback_action_name", "enable_fallback_prediction"),
        *("restrict_rules", "check_for_contradictions", *_SHARED),
    },
    MEMOIZATION: {"max_history", *_SHARED},
    AUGMENTED: {"max_history", *_SHARED},
}


@dataclass(frozen=True)
class Taught:
    """A bot's dialogue as learnt, and what was odd about its files (`file:line: …`).

    `told`: every way through its rules and stories, of which it was learnt.
    """

    runtime: Runtime
    warnings: list[str]
    told: list[StoryTracker]


def teach(folder: Path) -> Taught:
    """Learn a bot. Raises ProjectError where it could not behave as written."""
    files = read_files(folder)
    domain = read_domain(files)
    blocks = [
        *(
            block
            for each in files.of("stories")
            for block in read_stories(each, domain, files.warn)
        ),
        *(block for each in files.of("rules") for block in read_rules(each, domain, files.warn)),
    ]
    configured = _policies(files, blocks)
    stories = trackers_of(blocks, domain, rules=False)
    rules = trackers_of(blocks, domain, rules=True)
    policies = _learn(configured, stories, rules, domain)
    return Taught(Runtime(domain, policies), files.warnings, [*rules, *stories])


def _learn(
    configured: Sequence[dict[str, Any]],
    stories: list[StoryTracker],
    rules: list[StoryTracker],
    domain: Domain,
) -> list[Policy]:
    learnt: dict[int, Policy] = {}
    rule_only = RuleOnly()
    # Rules first: the others leave out what only rules know.
    for index, fields in enumerate(configured):
        if fields["name"] == RULES:
            learnt[index], rule_only = learn_rules(
                rules,
                stories,
                domain,
                RuleSettings(**_chosen(RuleSettings, fields)),
                check=fields.get("check_for_contradictions", True),
                restrict=fields.get("restrict_rules", True),
            )
    for index, fields in enumerate(configured):
        if fields["name"] in _MEMORY:
            augmented = _MEMORY[fields["name"]]
            chosen = _chosen(MemoizationSettings, fields)
            settings = MemoizationSettings(**chosen, augmented=augmented)
            learnt[index] = memorize(stories, domain, settings, rule_only)
    return [learnt[index] for index in sorted(learnt)]


def _chosen(
    settings: type[RuleSettings | MemoizationSettings], given: dict[str, Any]
) -> dict[str, Any]:
    names = {each.name for each in dataclasses.fields(settings)}
    return {key: value for key, value in given.items() if key in names}


def _policies(files: Files, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return the policies that can be run, with their settings."""
    sections = [entry for node in files.of("policies") for entry in node.sequence("policies")]
    if not sections:
        # What Rasa takes where config.yml names none, without the machine-learned ones.
        return [{"name": MEMOIZATION}, {"name": RULES}]
    found = [policy for entry in sections if (policy := _policy(files, entry))]
    stories = [block.node for block in blocks if not block.is_rule]
    if not stories or any(policy["name"] in _MEMORY for policy in found):
        return found
    remedy = f"Add '- name: {AUGMENTED}' to the policies of config.yml."
    if len(found) < len(sections):
        stories[0].fail(f"no policy that is run here would follow this story. {remedy}")
    files.warn(stories[0], f"no policy follows stories. {remedy}")
    return found


def _policy(files: Files, entry: Node) -> dict[str, Any] | None:
    fields = entry.mapping("a policy")
    name = fields["name"].text("name").rpartition(".")[2] if "name" in fields else ""
    if name in _NOT_RUN:
        files.warn(entry, f"{name} is machine-learned and not run: rules and stories answer.")
        return None
    if name not in _KEYS:
        entry.fail(f"policy '{name}' is not supported. Use {RULES}, {AUGMENTED}, {MEMOIZATION}.")
    for key in sorted(set(fields) - _KEYS[name]):
        files.warn(fields[key], f"'{key}' of {name} is not used.")
    return {**{key: node.plain() for key, node in fields.items()}, "name": name}
