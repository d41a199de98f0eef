"""Say who writes, as the company itself says it: nobody who is signed in is asked again."""

from pydantic import Field

from conversation.model import Model
from conversation.understanding import Language


class SignedIn(Model):
    """What the company's own token said of who writes, when its signature had been checked.

    `claims` are those that the settings let through, by name. `language` is the one that the
    company knows them to speak.
    """

    claims: dict[str, str] = Field(default_factory=dict)
    language: Language | None = None
