"""Speak every messenger's language: pure functions from bytes to events and from messages to calls."""
