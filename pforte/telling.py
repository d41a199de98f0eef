"""Tell what a command found: words for people, JSON for programs."""

import json
from collections.abc import Iterable


def tell(found: object, words: Iterable[str], *, as_json: bool) -> None:
    """Print lines of words, or what was found as JSON."""
    print(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(words))
