"""Run a Rasa-format dialogue as Rasa 3.6 does: tracker, policies, forms, actions. Pure.

Facts about Rasa's behaviour are from its source, release 3.6.21; the order of events is Rasa's to
the letter, because rasa-sdk's validators read it.
"""
