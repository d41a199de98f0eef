"""Do the requests of the example bot's customers: custom actions with rasa-sdk.

They speak to the company's back end (docs/back-end.md) and to nothing else, and share no code with
the rest of the house: a team's own action server can stand in their place.
"""
