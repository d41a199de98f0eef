"""Say what bots call intents that the front door knows."""

FALLBACK_INTENT = "nlu_fallback"

GREETINGS = frozenset({"greet", "greeting"})
"""What bots call the intent of a greeting."""

SMALL_TALK = GREETINGS | frozenset(
    {
        *("goodbye", "bye", "chitchat", "small_talk", "smalltalk"),
        *("thank", "thanks", "thank_you", "thankyou", "never_mind"),
        *("affirm", "affirmation", "confirm", "deny", "inform"),
    }
)
"""What bots call intents that nothing has to be done for, and that nobody is offered."""
