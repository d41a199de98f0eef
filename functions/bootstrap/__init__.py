"""Build the house once per Lambda: settings, clients, logging. Nothing connects at import."""

import gc
import os

gc.set_threshold(50_000)
"""What is imported stays: looking for garbage among it every 2000 objects is a tenth of a start."""

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
"""There are none, but pydantic would read the metadata of every package to know."""
