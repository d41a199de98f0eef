"""The command: the whole house on one machine, its bot, its channels, and care in operation."""
