"""Learn a dialogue from an author's domain, rules and stories. Training only."""
