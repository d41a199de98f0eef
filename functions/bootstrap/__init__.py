"""Build the house once per Lambda: settings, clients, logging. Nothing connects at import."""
