"""Measure: each module prints its own figures, and names the command that does."""
