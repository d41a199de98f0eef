"""Answer Amazon SES, which tells of mails by calling this function, itself or through SNS."""

from typing import Any

from webhook.house import opened
from webhook.mail import take


def handle(event: dict[str, Any], context: object) -> None:  # noqa: ARG001  Lambda passes it
    """Handle one event of SES; what raises comes again."""
    take(opened(), event)
