"""Speak every messenger's language: from bytes to events, from messages to calls. Pure."""
