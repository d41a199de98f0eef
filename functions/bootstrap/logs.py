"""Log JSON lines with ids, never content."""

import logging

_WITH_SECRETS = ("botocore", "httpcore", "httpx", "urllib3")
"""Libraries that log requests: some messengers want their token in the URL."""


def set_up_logging() -> None:
    """Let everything from INFO on through, but no requests.

    Lambda brings a handler that writes JSON (the template's LogFormat); elsewhere ours does.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    for library in _WITH_SECRETS:
        logging.getLogger(library).setLevel(logging.WARNING)
    if not root.handlers:
        # Imported here: on AWS nobody needs it, and it takes its time at every cold start.
        from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

        handler = logging.StreamHandler()
        handler.setFormatter(LambdaPowertoolsFormatter())
        root.addHandler(handler)
