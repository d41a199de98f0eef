"""Understand, decide, commit: the only room that says what happens in a conversation."""
