"""Run the whole house on one machine: an AWS emulator with this template, its messengers."""
