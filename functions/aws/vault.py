"""Read the secrets of the house from SSM, all in one call, and make the key of its ids.

`<prefix>/identity-key` holds 32 random bytes in base64; `<prefix>/accounts/<channel>/<account>`
holds an account's secrets as a JSON object. All are SecureStrings.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws.outages import code_of, reaching_aws
from conversation.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

KEPT = 300_000
"""How long (ms) what was read is taken as it is: SSM answers 40 calls a second by default."""

LOOKED_AGAIN_AFTER = 10_000
"""How soon (ms) an unknown account is looked for again: it may just have been connected."""

IDENTITY_KEY = "/identity-key"
_ACCOUNTS = "/accounts/"


class SsmVault:
    """The parameters below one prefix; `clock` in ms."""

    def __init__(self, client: "SSMClient", prefix: str, clock: Callable[[], int]) -> None:
        self._client = client
        self._prefix = prefix
        self._clock = clock
        self._values: dict[str, str] = {}
        self._read_at: int | None = None

    def identity_key(self) -> bytes:
        """Return the key of all ids, made at first use."""
        value = self._all(KEPT).get(IDENTITY_KEY)
        if value is None:
            value = self._values[IDENTITY_KEY] = self._make_identity_key()
        return b64decode(value)

    def account(self, channel: str, account: str) -> dict[str, str] | None:
        """Return the secrets of an account, None where it is not connected."""
        name = account_parameter("", channel, account)
        value = self._all(KEPT).get(name) or self._all(LOOKED_AGAIN_AFTER).get(name)
        if value is None:
            return None
        found: dict[str, str] = json.loads(value)
        return found

    def accounts(self) -> list[tuple[str, str]]:
        """Return the connected accounts as (channel, account)."""
        names = (name.removeprefix(_ACCOUNTS) for name in self._all(KEPT) if _ACCOUNTS in name)
        return sorted((channel, account) for channel, _, account in map(_split, names))

    def _all(self, age: int) -> dict[str, str]:
        """Return all values by name, read at most `age` ms ago; older ones while SSM is out."""
        if self._read_at is None or self._clock() - self._read_at >= age:
            try:
                self._values = self._values_of_prefix()
            except Unavailable:
                if self._read_at is None:
                    raise
            self._read_at = self._clock()
        return self._values

    def _values_of_prefix(self) -> dict[str, str]:
        pages = self._client.get_paginator("get_parameters_by_path").paginate(
            Path=self._prefix, Recursive=True, WithDecryption=True
        )
        with reaching_aws():
            return {
                parameter["Name"].removeprefix(self._prefix): parameter["Value"]
                for page in pages
                for parameter in page["Parameters"]
            }

    def _make_identity_key(self) -> str:
        """Put a new key unless there is one: of two functions that start at once, one makes it."""
        name, value = self._prefix + IDENTITY_KEY, b64encode(secrets.token_bytes(32)).decode()
        try:
            with reaching_aws():
                self._client.put_parameter(
                    Name=name, Value=value, Type="SecureString", Overwrite=False
                )
        except ClientError as error:
            if code_of(error) != "ParameterAlreadyExists":
                raise
        with reaching_aws():
            answer = self._client.get_parameter(Name=name, WithDecryption=True)
        return answer["Parameter"]["Value"]


def account_parameter(prefix: str, channel: str, account: str) -> str:
    """Return the name of the parameter that holds an account's secrets."""
    return f"{prefix}{_ACCOUNTS}{channel}/{account}"


def _split(name: str) -> tuple[str, str, str]:
    return name.partition("/")
