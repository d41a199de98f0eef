"""Answer messengers' calls: `/webhooks/<channel>/<account>`."""

from typing import Any

from webhook.house import opened
from webhook.request import answer


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda passes it
    """Answer one HTTP request (API Gateway, payload format 2.0)."""
    return answer(opened(), event)
