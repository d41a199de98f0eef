"""Learn stories by heart: which action follows after exactly which states."""

from collections.abc import Sequence

from dialogue.runtime.domain import Domain
from dialogue.runtime.memoization import MemoizationPolicy, MemoizationSettings, digest
from dialogue.runtime.states import RuleOnly, key_of
from dialogue.teaching.rules import examples
from dialogue.teaching.trackers import StoryTracker


def memorize(
    stories: Sequence[StoryTracker],
    domain: Domain,
    settings: MemoizationSettings,
    rule_only: RuleOnly,
) -> MemoizationPolicy:
    """Return the stories as a policy; states after which stories differ are left out."""
    lookup: dict[str, str] = {}
    ambiguous = set()
    longest = 0
    intents: set[str] = set()
    for story in stories:
        for states, action in examples(story):
            kept = settings.seen(states)
            intents.add(kept[-1].get("user", {}).get("intent", ""))
            longest = max(longest, len(kept))
            key = digest(map(key_of, kept))
            if lookup.setdefault(key, action) != action:
                ambiguous.add(key)
    kept_only = {key: action for key, action in lookup.items() if key not in ambiguous}
    return MemoizationPolicy(domain, settings, kept_only, rule_only, longest, frozenset(intents))
