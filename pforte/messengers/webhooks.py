"""Call the house's webhook as the messengers do: signed, in order per chat, until it is taken.

What the house did not accept is kept and told again after a restart.
"""

import logging
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from pforte.messengers.faults import ChannelName
from pforte.messengers.store import Store, Webhook

_logger = logging.getLogger(__name__)

BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before each repeat. Meta repeats for 7 days; here it ends after ten, so that a wrong
answer of the house comes to light while somebody is looking."""

TIMEOUT_S = 10.0
_AT_ONCE = 50
_AT_ONCE_TIMEOUT_S = 60.0
"""Calls that are repeated at once are a test: one that this small machine is slow at shall end."""


@dataclass(frozen=True)
class Target:
    """Where a channel's webhooks go; `sign` returns the headers for a body.

    `call` takes the body where the house is not told by a webhook; it raises where it cannot be.
    """

    url: str
    sign: Callable[[bytes], Mapping[str, str]]
    call: Callable[[bytes], None] | None = None


class Webhooks:
    """Make the calls; one lane per chat and kind, each with a thread while there is work.

    Receipts have a lane of their own, as at the messengers: one that comes too early must not
    hold the customer's next message.
    """

    def __init__(
        self,
        store: Store,
        targets: Mapping[ChannelName, Target],
        accepted: Callable[[Webhook, bytes], None],
        backoff: Sequence[float] = BACKOFF,
    ) -> None:
        self.targets = dict(targets)
        self._store = store
        self._on_accepted = accepted
        self._backoff = backoff
        # plain HTTP on this machine: loading the authorities of the web would take longer
        no_authorities = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._client = httpx.Client(timeout=TIMEOUT_S, trust_env=False, verify=no_authorities)
        self._lock = threading.Lock()
        self._lanes: dict[tuple[str, str, str], deque[Webhook]] = {}
        self._threads: set[threading.Thread] = set()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Take up what an earlier run could not tell the house."""
        for webhook in self._store.webhooks(pending=True):
            self._enqueue(webhook)

    def stop(self) -> None:
        """Finish the calls that are under way; the rest is kept."""
        self._stopping.set()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()
        self._client.close()

    def post(self, webhook: Webhook) -> None:
        """Keep a call and make it as soon as those before it in its chat were accepted."""
        self._enqueue(self._store.add_webhook(webhook))

    def repeat(self, webhook: Webhook, times: int) -> list[str]:
        """Make an old call again so many times at once; return the answers."""
        with ThreadPoolExecutor(min(times, _AT_ONCE)) as pool:
            calls = [pool.submit(self._call, webhook, _AT_ONCE_TIMEOUT_S) for _ in range(times)]
            return [call.result()[1] for call in calls]

    def get(self, channel: ChannelName, query: Mapping[str, str]) -> tuple[int, str]:
        """Make the set-up request of a channel; return the house's status (0: none) and body."""
        try:
            answer = self._client.get(self.targets[channel].url, params=dict(query))
        except httpx.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, answer.text

    def _enqueue(self, webhook: Webhook) -> None:
        key = (webhook.channel, webhook.user, webhook.kind)
        with self._lock:
            if self._stopping.is_set():
                return
            if key in self._lanes:
                self._lanes[key].append(webhook)
                return
            self._lanes[key] = deque([webhook])
            thread = threading.Thread(target=self._run, args=(key,), name=f"webhooks-{key[0]}")
            self._threads.add(thread)
            thread.start()

    def _run(self, key: tuple[str, str, str]) -> None:
        lane = self._lanes[key]
        while not self._stopping.is_set():
            self._tell(lane[0])
            with self._lock:
                lane.popleft()
                if not lane:
                    del self._lanes[key]
                    self._threads.discard(threading.current_thread())
                    return

    def _tell(self, webhook: Webhook) -> None:
        answers = list(webhook.answers)
        for delay in (*self._backoff, None):
            accepted, answer, body = self._call(webhook)
            answers.append(answer)
            done = accepted or delay is None
            self._store.answered_webhook(webhook, answers, done=done)
            if accepted:
                self._on_accepted(webhook, body)
            if done:
                if not accepted:
                    _logger.warning("gave up a %s webhook: %s", webhook.channel, answers)
                break
            _logger.info("%s webhook: %s, again in %s s", webhook.channel, answer, delay)
            if self._stopping.wait(delay):
                break

    def _call(self, webhook: Webhook, timeout: float = TIMEOUT_S) -> tuple[bool, str, bytes]:
        target = self.targets[webhook.channel]
        if target.call is not None:
            return _called(target.call, webhook.body)
        headers = {"Content-Type": "application/json", **target.sign(webhook.body)}
        try:
            answer = self._client.post(
                target.url, content=webhook.body, headers=headers, timeout=timeout
            )
        except httpx.HTTPError as error:
            return False, type(error).__name__, b""
        return answer.is_success, str(answer.status_code), answer.content


def _called(call: Callable[[bytes], None], body: bytes) -> tuple[bool, str, bytes]:
    """Make a call that is no webhook's; its answer is that of Lambda to who does not wait."""
    try:
        call(body)
    except Exception as error:  # noqa: BLE001  whatever it is, it is told and tried again
        return False, type(error).__name__, b""
    return True, "202", b""
