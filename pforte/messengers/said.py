"""Say what a customer does on the simulated phone: the body of `POST /control/messages`."""

import base64
from typing import Any, Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from pforte.messengers.faults import ChannelName
from pforte.messengers.files import sample


class Place(BaseModel):
    """A location, in degrees."""

    model_config = ConfigDict(extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class SentFile(BaseModel):
    """A file of the customer's, its bytes in base64."""

    model_config = ConfigDict(extra="forbid")

    data: Base64Bytes
    mime_type: str = Field(min_length=1)
    name: str = ""
    caption: str = ""


class About(BaseModel):
    """What happens to an earlier message, by its provider id."""

    model_config = ConfigDict(extra="forbid")

    provider_id: str
    text: str = ""
    emoji: str = ""


_ACTS = (
    "text",
    "button",
    "photo",
    "file",
    "voice",
    "sticker",
    "location",
    "reaction",
    "edit",
    "delete",
    "block",
    "inbox",
    "raw",
)


class Said(BaseModel):
    """One thing a customer does; exactly one of the acts is given.

    `button` is the id or the title of an option of an earlier message. `photo` is its caption,
    `sticker` its emoji, `voice` its length in seconds; their bytes are samples. `block`
    blocks us (true) or allows us again.
    `inbox` is no customer's: what one of our people writes to them in the messenger's own app.
    `raw` is the messenger's own content of a message, for kinds that have no name here.
    `name` is the profile name at the first contact; `sent_at` in ms, now where it is missing.
    """

    model_config = ConfigDict(extra="forbid")

    channel: ChannelName
    user: str = Field(min_length=1, max_length=140)
    name: str = ""
    sent_at: int | None = None
    reply_to: str = ""
    text: str | None = Field(default=None, min_length=1)
    button: str | None = None
    photo: str | None = None
    file: SentFile | None = None
    voice: int | None = None
    sticker: str | None = None
    location: Place | None = None
    reaction: About | None = None
    edit: About | None = None
    delete: About | None = None
    block: bool | None = None
    inbox: str | None = Field(default=None, min_length=1)
    raw: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_act(self) -> Self:
        if sum(getattr(self, act) is not None for act in _ACTS) != 1:
            raise ValueError(f"give exactly one of {', '.join(_ACTS)}")
        return self

    @property
    def media(self) -> SentFile | None:
        """Return the file that is sent, a sample where nobody chose one; None where none is."""
        if self.file is not None or self.act not in {"photo", "voice", "sticker"}:
            return self.file
        body, mime_type = sample(self.act)
        data = base64.b64encode(body)
        return SentFile(data=data, mime_type=mime_type, caption=self.photo or "")

    @property
    def act(self) -> str:
        """Return the name of what is done."""
        return next(act for act in _ACTS if getattr(self, act) is not None)
