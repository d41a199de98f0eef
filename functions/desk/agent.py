"""Say who calls, from the token's claims: API Gateway has verified signature, issuer and expiry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.errors import Forbidden, Unauthorized

GROUPS = frozenset({"agents", "supervisors"})


@dataclass(frozen=True)
class Agent:
    """A person at the desk; `id` is the pool's `sub`, `name` what customers are told."""

    id: str
    name: str
    groups: frozenset[str]


def agent_of(authorizer: Mapping[str, Any] | None) -> Agent:
    """Return the agent whom the gateway's authorizer let in (`requestContext.authorizer`).

    A route without an authorizer brings no claims: nobody gets in by it. Raises Unauthorized,
    Forbidden.
    """
    claims = ((authorizer or {}).get("jwt") or {}).get("claims") or {}
    if claims.get("token_use") not in ("id", "access") or not claims.get("sub"):
        raise Unauthorized("Sign in first.")
    groups = _groups(claims.get("cognito:groups"))
    if not groups & GROUPS:
        raise Forbidden("This account belongs to no group that may use the desk.")
    return Agent(id=str(claims["sub"]), name=_name(claims), groups=groups)


def _groups(claim: object) -> frozenset[str]:
    """Read the claim, a list in the token and `[one two]` as API Gateway passes it on."""
    if isinstance(claim, str):
        return frozenset(claim.strip("[]").replace(",", " ").split())
    return frozenset(str(group) for group in claim) if isinstance(claim, list) else frozenset()


def _name(claims: Mapping[str, Any]) -> str:
    name = str(claims.get("name") or "").strip()
    return name or str(claims.get("email") or "").partition("@")[0]
