"""Sign links to documents, so that they open for whoever has them, and only for a while."""

import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from pforte.backend.answers import Refused

LIFETIME = timedelta(hours=1)


class Links:
    """Links to the invoices of one back end; `base` is its address as customers reach it."""

    def __init__(self, base: str, secret: bytes) -> None:
        self.base = base
        self._secret = secret

    def make(self, invoice: str, now: datetime) -> tuple[str, datetime]:
        """Return a link and when it expires."""
        expires = now + LIFETIME
        stamp = str(int(expires.timestamp()))
        query = urlencode({"expires": stamp, "signature": self._sign(invoice, stamp)})
        return f"{self.base}/documents/invoices/{quote(invoice)}.pdf?{query}", expires

    def check(self, invoice: str, expires: str, signature: str, now: datetime) -> None:
        """Let a link pass. Raises Refused if it was not made here, or has expired."""
        if not hmac.compare_digest(self._sign(invoice, expires).encode(), signature.encode()):
            raise Refused(403, "bad_signature", "this link was not made here")
        if now >= datetime.fromtimestamp(int(expires), UTC):
            raise Refused(410, "link_expired", "this link has expired; ask for a new one")

    def _sign(self, invoice: str, expires: str) -> str:
        return hmac.digest(self._secret, f"{invoice}\n{expires}".encode(), "sha256").hex()
