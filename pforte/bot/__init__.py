"""Train a bot, ask what it understands, talk to it, and run its test messages."""
