"""Let agents see who waits, take a conversation, and answer."""
