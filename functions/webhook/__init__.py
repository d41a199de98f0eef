"""Take in what messengers tell us: verify, parse, hand over to the queue, answer 200."""
