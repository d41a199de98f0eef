"""Read the function's environment, once."""

from collections.abc import Mapping
from typing import Self

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field

BOT_PACKAGE, MODEL_PACKAGE = "trained_bot", "trained_model"
"""What the build packs for the functions: what the bot says, and what it understands."""

ACTION_SERVER = "action_server.json"
"""What the build packs with a bot whose actions run on a server of their own: url and domain."""


class Settings(BaseModel):
    """What the template tells a function; a setting that a function has no need of is "".

    Each is the environment variable of the same name in capitals, unless an alias is given.
    Errors hide their input: the environment holds credentials.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=str.upper),
    )

    table_name: str
    bucket_name: str
    inbound_queue_url: str
    parameter_prefix: str = Field(pattern=r"^/.*[^/]$")
    outbound_queue_url: str = ""
    inbound_dead_letter_url: str = ""
    outbound_dead_letter_url: str = ""
    first_reply_minutes: int | None = Field(
        default=None, validation_alias="FIRST_REPLY_TARGET_MINUTES"
    )
    simulated_messengers_url: str = ""
    media_queue_url: str = ""
    media_retention_days: int = 90
    scanner_function: str = ""
    mail_configuration_set: str = ""
    user_pool_client_id: str = ""
    webchat_origins: str = "*"
    action_function: str = ""
    action_server_token_parameter: str = ""
    bot_dir: str = ""

    @property
    def stack(self) -> str:
        """Return the name of the stack."""
        return self.parameter_prefix.rpartition("/")[2]

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as one that is not set.

        Raises pydantic.ValidationError, which names the variables that are missing or wrong.
        """
        return cls.model_validate({name: value for name, value in environ.items() if value})
