"""Serve our own web chat: what a visitor writes, what a visitor sees, and the widget itself."""
