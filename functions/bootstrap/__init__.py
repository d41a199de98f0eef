"""Build the house once per Lambda: settings, clients, logging. Nothing connects at import."""

import gc
import os

gc.set_threshold(200_000)
"""More than a start makes, and what it makes stays: looking for garbage there is a tenth of it."""

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
"""There are none, but pydantic would read the metadata of every package to know."""
