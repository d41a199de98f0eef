"""Run a Rasa-format bot: rules and responses. Pure.

`project` reads the author's files and `compile` checks them; both run at training only and are
the only modules here that need YAML. `rasa_bot.load` reads what they made.
"""
