"""Write a learnt dialogue as JSON, and read it again."""

import json
from typing import Any

from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain
from dialogue.runtime.memoization import MemoizationPolicy
from dialogue.runtime.policies import Policy
from dialogue.runtime.rules import RulePolicy
from dialogue.runtime.states import RuleOnly


def dump(runtime: Runtime) -> str:
    """Return a runtime as JSON. Raises TypeError for a policy that has no form."""
    policies: list[dict[str, Any]] = []
    hidden = RuleOnly()
    for policy in runtime.policies:
        if isinstance(policy, MemoizationPolicy):
            hidden = policy.rule_only
            policies.append({"stories": policy.plain()})
        elif isinstance(policy, RulePolicy):
            policies.append({"rules": policy.plain()})
        else:
            raise TypeError(f"{type(policy).__name__} has no compiled form")
    rule_only = {"slots": sorted(hidden.slots), "loops": sorted(hidden.loops)}
    made = {"domain": runtime.domain.plain(), "policies": policies, "rule_only": rule_only}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def load(text: str | bytes) -> Runtime:
    """Return the runtime that `dump` wrote."""
    plain = json.loads(text)
    domain = Domain.of(plain["domain"])
    rule_only = RuleOnly(
        frozenset(plain["rule_only"]["slots"]), frozenset(plain["rule_only"]["loops"])
    )
    policies: list[Policy] = [
        RulePolicy.of(each["rules"], domain)
        if "rules" in each
        else MemoizationPolicy.of(each["stories"], domain, rule_only)
        for each in plain["policies"]
    ]
    return Runtime(domain, policies)
