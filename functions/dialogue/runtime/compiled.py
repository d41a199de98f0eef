"""Write a learnt dialogue into a folder, and run it from there.

One file is read at the start: the domain, and how the policies are set. What they look up lies in
tables beside it, so that a start takes as long with three stories as with three thousand.
"""

import json
from pathlib import Path
from typing import Any

from dialogue.runtime.conversation import Runtime
from dialogue.runtime.domain import Domain
from dialogue.runtime.memoization import MemoizationPolicy
from dialogue.runtime.policies import Policy
from dialogue.runtime.rules import RulePolicy
from dialogue.runtime.table import Table, write_table

FILE = "dialogue.json"


def save(runtime: Runtime, folder: Path) -> None:
    """Write a runtime into a folder that exists; the same runtime gives the same bytes.

    Beside `FILE` stand tables, `dialogue.<number of the policy>.<name>`: the folder is moved whole.
    Raises TypeError for a policy that has no form.
    """
    policies: list[dict[str, Any]] = []
    for number, policy in enumerate(runtime.policies):
        if not isinstance(policy, MemoizationPolicy | RulePolicy):
            raise TypeError(f"{type(policy).__name__} has no compiled form")
        for name, entries in policy.tables().items():
            write_table(_file(folder, number, name), entries)
        policies.append({"policy": type(policy).__name__, **policy.plain()})
    made = {"domain": runtime.domain.plain(), "policies": policies}
    (folder / FILE).write_text(json.dumps(made, separators=(",", ":")), "utf-8")


def load(folder: Path) -> Runtime:
    """Return the runtime that `save` wrote; its tables stay in their files, open."""
    plain = json.loads((folder / FILE).read_bytes())
    domain = Domain.of(plain["domain"])
    policies = [
        _policy(each, domain, folder, number) for number, each in enumerate(plain["policies"])
    ]
    return Runtime(domain, policies)


def _policy(plain: dict[str, Any], domain: Domain, folder: Path, number: int) -> Policy:
    kind = RulePolicy if plain["policy"] == RulePolicy.__name__ else MemoizationPolicy
    tables = {name: Table(_file(folder, number, name), read) for name, read in kind.TABLES.items()}
    return kind.of(plain, domain, tables)


def _file(folder: Path, number: int, name: str) -> Path:
    return folder / f"dialogue.{number}.{name}"
