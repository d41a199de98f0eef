"""The words that all rooms speak: pure, without I/O, clock or environment."""
