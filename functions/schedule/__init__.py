"""Do what is due: wake conversations, send what was parked, bring dead letters back."""
