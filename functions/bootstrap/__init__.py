"""Build the house once per Lambda: settings, clients, logging. Nothing connects at import."""

import gc

gc.set_threshold(50_000)
"""What is imported stays: looking for garbage among it every 2000 objects is a tenth of a start."""
