"""Play a company's customer portal on this machine: whoever signs in there is known in the chat."""
