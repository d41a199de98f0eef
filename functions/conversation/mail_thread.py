"""Say what a mail answers: what mail programs put a thread together by."""

from conversation.model import Model

ECHO = 3_600_000
"""How long (ms) the same words again are taken for an echo of ours."""


class MailThread(Model):
    """The customer's last mail at an address, as the next mail to there must name it.

    Ids in their brackets, `references` oldest first and short. `reply_to` is our address with the
    conversation's tag, `sender` the name that stands beside it. `words` is a short hash of what the
    mail said, `at` (ms) when it was sent.
    """

    subject: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    sender: str = ""
    words: str = ""
    at: int = 0

    def echoes(self, earlier: "MailThread | None") -> bool:
        """Say whether it says word for word what an earlier mail said shortly before.

        So do programs that answer automatically and do not tell: whoever answers them never ends.
        """
        if earlier is None or not self.words:
            return False
        return self.words == earlier.words and self.at - earlier.at < ECHO
