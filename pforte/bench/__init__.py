"""Measure what a start, a message and a month cost; `make bench`."""
