"""Play WhatsApp's templates: which are approved, what one of them says, why one is refused."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from conversation.errors import Malformed
from conversation.template import Template, fill
from pforte.messengers.graph import GraphError, Outgoing
from pforte.messengers.store import Option

Status = Literal["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]

_REFUSED: Mapping[Status, int] = {"PAUSED": 132015, "DISABLED": 132016}


class Standing(BaseModel):
    """Give a template another status."""

    model_config = ConfigDict(extra="forbid")

    name: str
    language: str
    status: Status


class Approved:
    """The templates of one WhatsApp account; each is approved until told otherwise."""

    def __init__(self, templates: Iterable[Template] = ()) -> None:
        self._lock = threading.Lock()
        self._templates = {(one.name, one.language): one for one in templates}
        self._status: dict[tuple[str, str], Status] = {}

    def change(self, standing: Standing) -> None:
        """Let a template be paused, rejected, approved again."""
        with self._lock:
            self._status[standing.name, standing.language] = standing.status

    def status(self, template: Template) -> Status:
        """Return the status of a template."""
        with self._lock:
            return self._status.get((template.name, template.language), "APPROVED")

    def said(self, outgoing: Outgoing) -> Outgoing:
        """Return what the customer sees of a template. Raises GraphError."""
        template = self._templates.get((outgoing.template, outgoing.language))
        if template is None:
            raise GraphError(132001, "template name does not exist in the translation")
        status = self.status(template)
        if status != "APPROVED":
            raise GraphError(_REFUSED.get(status, 132001), f"the template is {status}")
        if len(outgoing.values) != len(template.parameters):
            raise GraphError(132000, "number of localizable_params does not match")
        try:
            text, _ = fill(template, outgoing.values)
        except Malformed as error:
            raise GraphError(132018, str(error)) from error
        options = tuple(Option(title, title) for title in template.buttons)
        return replace(outgoing, text=text, options=options)

    def listing(self) -> dict[str, Any]:
        """Return what `GET /{account}/message_templates` answers, on one page."""
        listed = enumerate(self._templates.values(), start=1)
        return {"data": [self._listed(number, template) for number, template in listed]}

    def _listed(self, number: int, template: Template) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"type": "BODY", "text": template.body}]
        if template.header:
            parts.insert(0, {"type": "HEADER", "format": "TEXT", "text": template.header})
        if template.footer:
            parts.append({"type": "FOOTER", "text": template.footer})
        if template.buttons:
            buttons = [{"type": "QUICK_REPLY", "text": title} for title in template.buttons]
            parts.append({"type": "BUTTONS", "buttons": buttons})
        return {
            "name": template.name,
            "language": template.language,
            "status": self.status(template),
            "category": template.category.upper(),
            "parameter_format": "POSITIONAL",
            "components": parts,
            "id": str(700_000_000_000_000 + number),
        }
