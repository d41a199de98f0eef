"""Play what Meta's messengers have in common: who may call, the set-up, being told to fail."""

import functools
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from pforte.messengers.accounts import MetaAccount
from pforte.messengers.faults import ChannelName, Fault
from pforte.messengers.meta import greets, is_bearer, proves, signature
from pforte.messengers.meta_error import MetaError
from pforte.messengers.provider import Provider, Shared
from pforte.messengers.web import Request, Response, json_response
from pforte.messengers.webhooks import Target


class MetaProvider[Account: MetaAccount](Provider):
    """An account of ours at Meta; its routes name it, or `me`, as `node`.

    `error` is what it answers with; `too_many` and `busy` are its codes for 429 and for 5xx.
    """

    account: Account
    error: ClassVar[type[MetaError]]
    too_many: ClassVar[int]
    busy: ClassVar[int]

    def __init__(self, channel: ChannelName, account: Account, shared: Shared) -> None:
        super().__init__(shared)
        self.channel = channel
        self.account = account

    def target(self, base: str) -> Target:
        """Return where Meta's webhooks go."""
        sign = functools.partial(signature, self.account.app_secret)
        return Target(f"{base}/webhooks/{self.channel}/{self.account.account}", sign)

    def handshake(self) -> bool:
        """Make the set-up request and say whether the house answered it rightly."""
        return greets(self.webhooks, self.channel, self.account.verify_token)

    @abstractmethod
    def take(self, body: dict[str, Any]) -> Response:
        """Answer what the house sends. Raises MetaError."""

    def _guarded(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def guarded(request: Request) -> Response:
            try:
                self._authorize(request)
                return answer(request)
            except MetaError as error:
                return json_response(error.to_dict(), error.status)

        return guarded

    def _authorize(self, request: Request) -> None:
        account, node = self.account, request.parts["node"]
        if not is_bearer(request.headers.get("authorization", ""), account.access_token):
            raise self.error(190, "Invalid OAuth access token - Cannot parse access token")
        if node not in {"me", account.account}:
            raise self.error(100, f"Object with ID '{node}' does not exist")
        proof = request.query.get("appsecret_proof", "")
        if not proves(proof, account.app_secret, account.access_token):
            raise self.error(100, "Invalid appsecret_proof provided in the API argument")

    def _messages(self, request: Request) -> Response:
        try:
            body = request.json()
        except ValueError as error:
            raise self.error(100, "The request body is not valid JSON") from error
        return self.take(body)

    def _failure(self, status: int, fault: Fault) -> Response:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.body is not None:
            return Response(status, fault.body.encode(), {"Content-Type": "text/html", **headers})
        codes = {429: self.too_many, 401: 190}
        code = codes.get(status, self.busy if status >= 500 else 100)
        return json_response(self.error(code, "told to fail").to_dict(), status, headers)
