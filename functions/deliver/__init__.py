"""Send what was decided to the messengers, and record what became of it."""
