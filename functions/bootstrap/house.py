"""Build what the handlers work with: each part at its first use, and once."""

import json
import os
import random
import secrets
import sys
import time
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from aws.archive import S3Archive
from aws.clients import later_client, patient_client, signing_client
from aws.keeping import Keeper
from aws.links import CodeLinks
from aws.login import Login
from aws.media import SCAN_SECONDS, LambdaScanner, S3Media, SqsMediaQueue
from aws.queues import SqsInbound, SqsOutbound
from aws.table import DynamoTable
from aws.vault import SsmVault
from bootstrap.logs import set_up_logging
from bootstrap.settings import ACTION_SERVER, BOT_PACKAGE, MODEL_PACKAGE, Settings
from conversation.bot import Bot, Voice
from conversation.identity import Identity
from conversation.ports import (
    Actions,
    Archive,
    Inbound,
    Links,
    Media,
    MediaQueue,
    Outbound,
    Table,
    Vault,
)


@cache
def house() -> "House":
    """Return the house of this Lambda."""
    set_up_logging()
    return House(Settings.read(os.environ))


class House:
    """Everything outside of the pure parts, built lazily from the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.random = random.SystemRandom()

    def clock(self) -> int:
        """Return the time in ms since the epoch."""
        return time.time_ns() // 1_000_000

    def writer(self) -> str:
        """Return a mark that no other write bears."""
        return secrets.token_hex(8)

    @cached_property
    def table(self) -> Table:
        """The one table."""
        return DynamoTable(later_client("dynamodb"), self.settings.table_name, self.clock)

    @cached_property
    def inbound(self) -> Inbound:
        """The queue of events."""
        settings = self.settings
        return SqsInbound(self._sqs, settings.inbound_queue_url, settings.inbound_dead_letter_url)

    @cached_property
    def outbound(self) -> Outbound:
        """The queue of deliveries."""
        settings = self.settings
        return SqsOutbound(
            self._sqs, settings.outbound_queue_url, settings.outbound_dead_letter_url
        )

    @cached_property
    def archive(self) -> Archive:
        """The bucket: raw events and long texts."""
        return S3Archive(later_client("s3"), self.settings.bucket_name)

    @cached_property
    def media(self) -> Media:
        """The bucket: files of customers and agents."""
        return S3Media(signing_client("s3"), self.settings.bucket_name)

    @cached_property
    def media_queue(self) -> MediaQueue:
        """The queue of files that are to be fetched."""
        return SqsMediaQueue(self._sqs, self.settings.media_queue_url)

    @cached_property
    def keeper(self) -> Keeper:
        """Who keeps files, and has them looked at where the operator has a scanner."""
        settings, scanner = self.settings, None
        if settings.scanner_function:
            client = patient_client("lambda", SCAN_SECONDS)
            scanner = LambdaScanner(client, settings.scanner_function, settings.bucket_name)
        days = settings.media_retention_days
        return Keeper(self.table, self.media, self.clock, days, scanner)

    @cached_property
    def vault(self) -> Vault:
        """The secrets."""
        return SsmVault(later_client("ssm"), self.settings.parameter_prefix, self.clock)

    @cached_property
    def identity(self) -> Identity:
        """The maker of ids; reads its key from the vault."""
        return Identity(self.vault.identity_key())

    @cached_property
    def links(self) -> Links:
        """The one-time codes."""
        # Imported here: it knows every channel, and not all functions do.
        from channels.deep_links import deep_link

        link = partial(deep_link, simulated=self.settings.simulated_messengers_url)
        return CodeLinks(self.table, self.vault, lambda: self.identity, link)

    @cached_property
    def login(self) -> Login:
        """The agents' sign-in."""
        return Login(later_client("cognito-idp"), self.settings.user_pool_client_id)

    @cached_property
    def actions(self) -> Actions:
        """The bot's own action server, else the function with its actions, where there is one."""
        # Imported here: only converse calls actions, and httpx is for those behind a URL.
        from aws.actions import PATIENCE, LambdaActions, NoActions

        server = self._bot_folder / ACTION_SERVER
        if server.is_file():
            from aws.http_actions import HttpActions
            from aws.parameter import read_parameter

            name = self.settings.action_server_token_parameter
            token = partial(read_parameter, later_client("ssm"), name)
            return HttpActions(**json.loads(server.read_bytes()), token=token)
        if self.settings.action_function:
            return LambdaActions(patient_client("lambda", PATIENCE), self.settings.action_function)
        return NoActions()

    @cached_property
    def bot(self) -> Bot:
        """The trained bot; raises FileNotFoundError where there is none."""
        # Imported here: numpy and the bot's model are in the functions alone that classify.
        from dialogue.rasa_bot import load

        if self.settings.bot_dir:
            return load(Path(self.settings.bot_dir))
        return load(_package(BOT_PACKAGE), _package(MODEL_PACKAGE))

    @cached_property
    def voice(self) -> Voice:
        """The trained bot's sentences alone; raises FileNotFoundError where there is none."""
        from dialogue.voice import load_voice

        return load_voice(self._bot_folder)

    @property
    def _bot_folder(self) -> Path:
        return Path(self.settings.bot_dir or _package(BOT_PACKAGE))

    @cached_property
    def _sqs(self) -> Any:
        return later_client("sqs")


def _package(name: str) -> Path:
    """Return the folder of a package of data. Raises FileNotFoundError where there is none."""
    for entry in sys.path:
        folder = Path(entry) / name
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no {name}: `make build` trains the bot into its layers")
