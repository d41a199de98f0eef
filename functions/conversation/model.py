"""Give every stored or queued word one base: immutable, strict about names, compact as JSON."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An immutable value; unknown fields are an error, so that a typing slip cannot lose data."""

    # Built at first use: no function needs all the words, and each start would build them all.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )

    def to_json(self) -> str:
        """Return compact JSON without the fields that have their default."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote. Raises pydantic.ValidationError."""
        return cls.model_validate_json(text)
