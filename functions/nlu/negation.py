"""Say whether a text negates something, or refuses it: "Internet geht nicht", "nicht kündigen".

Sentence vectors hardly tell "I want to cancel" from "I don't want to cancel".
"""

import re
from typing import Literal

Negation = Literal[0, 1, 2]

PLAIN: Negation = 0
NEGATED: Negation = 1
"""It says what is not: "I have no power"."""
REFUSED: Negation = 2
"""It says what is not wanted, or shall not be done: "I don't want to cancel", "bitte nicht"."""

_NO = r"(?:nicht|nich|nit|net|ned|kein\w{0,2}|nie|niemals)"
_NEGATION = re.compile(
    rf"(?<!\w)(?:{_NO}|nix|nichts|niemand\w{{0,2}}|ohne|weder|"
    r"not|no|never|none|nothing|nobody|without|cannot|nor|"
    r"(?:do|does|did|is|are|was|were|ca|wo|could|should|would|have|has|had|ai|need)"
    r"n['’´`]?t)(?!\w)",
    re.IGNORECASE,
)

_SAME = r"(?: (?!(?:ich|wir|er|es|das|die|und|aber|weil|wenn|damit|sondern|wie|wann)\b)\w+)"
"""A word that begins nothing new."""

_REFUSAL = re.compile(
    r"(?<!\w)(?:"
    # will den Vertrag gar nicht, brauche keinen, habe nicht vor
    rf"(?:will|wollen?|wollte[nt]?|m(?:ö|oe)chte[nt]?|brauchen?|benötigen?|plane|beabsichtige)"
    rf"{_SAME}{{0,4}} {_NO}|"
    rf"{_NO}{_SAME}{{0,3}} (?:will|wollen|wollte|m(?:ö|oe)chte|vor|n(?:ö|oe)tig|gew(?:ü|ue)nscht|"
    r"geplant|erforderlich|notwendig)|"
    # bitte ändern Sie meinen Abschlag nicht; nicht kündigen, nur fragen
    rf"bitte{_SAME}{{0,5}} {_NO}|\A\W*nicht \w+e?n|"
    # ziehen doch nicht um
    rf"doch {_NO}|"
    # don't want, never asked, not going to
    r"(?:do not|do[n']{1,2}t|don[’´`]t|did not|didn['’´`]?t|never|no longer|not)"
    r"(?: (?:really|actually|even|yet|ever|at all))?"
    r" (?:want|wanted|wish|need|plan|intend|mean|meant|ask|asked|said|requested|interested|"
    r"(?:going|planning|trying|looking) to)|"
    # please do not change, don't delete
    r"(?:please|but|just|\A)\W*(?:do not|don['’´`]?t)"
    r" (?!(?:understand|know|see|get|have|work|remember|find|think|believe|like|care)(?!\w))\w+|"
    r"(?:no|not)(?: \w+){0,4} (?:needed|wanted|required|necessary)"
    r")(?!\w)",
    re.IGNORECASE,
)


def negation(text: str) -> Negation:
    """Return how far a text negates."""
    if _NEGATION.search(text) is None:
        return PLAIN
    return NEGATED if _REFUSAL.search(text) is None else REFUSED
