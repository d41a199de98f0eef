"""Take the command `pforte connect`: tell a house the secrets of an account at a messenger."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from pforte import connect_email, connect_webchat
from pforte.connecting import CONNECTORS
from pforte.connecting.connector import Connected, Connector, asked
from pforte.failure import CALLED_WRONGLY, Failure, one_of
from pforte.house.house import add_house, find_house
from pforte.telling import tell

_HELP = """Connect an account at a messenger: check its secrets with the messenger, and store them.

Secrets are never arguments. They come from --secrets FILE (a JSON object, "-" for stdin), else
from {names}, else you are asked for them."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("connect", help="connect an account at a messenger to a house")
    channels = parser.add_subparsers(dest="channel", required=True)
    for channel, connector in CONNECTORS.items():
        variables = " and ".join(_variable(channel, name) for name in connector.needed)
        known = channels.add_parser(
            channel,
            help=f"connect {channel}",
            description=_HELP.format(names=variables),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        known.add_argument("--account", metavar="ID", help=connector.account)
        known.add_argument("--secrets", metavar="FILE", help="a JSON object, - for stdin")
        add_house(known)
        known.add_argument("--json", action="store_true")
    connect_webchat.register(channels)
    connect_email.register(channels)
    channels.metavar = one_of(channels.choices)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Connect an account and say what is left to do. Raises Failure."""
    connector = CONNECTORS[chosen.channel]
    house = find_house(chosen)
    try:
        given = _given_secrets(connector, chosen.secrets)
        connected = connector.connect(house, chosen.account or "", given)
    except (BotoCoreError, ClientError) as error:
        raise Failure(f"AWS does not take the secrets: {error}") from error
    tell(asdict(connected), _report(connected), as_json=chosen.json)
    return 0


def _given_secrets(connector: Connector, file: str | None) -> dict[str, str]:
    """Return the secrets from a file, else from the environment, else from whoever types."""
    given = _secrets_of_file(file) if file else {}
    for name in connector.needed:
        title = f"{connector.channel} {name.replace('_', ' ')}"
        value = given.get(name) or os.environ.get(_variable(connector.channel, name), "")
        given[name] = value.strip() or asked(title, secret=True)
    return given


def _secrets_of_file(file: str) -> dict[str, str]:
    text = sys.stdin.read() if file == "-" else Path(file).read_text()
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Failure(f"{file} holds no JSON object of texts", CALLED_WRONGLY)
    return given


def _variable(channel: str, name: str) -> str:
    return f"{channel}_{name}".upper()


def _report(connected: Connected) -> Sequence[str]:
    told = [f"{connected.channel} is connected: {connected.name} ({connected.account})"]
    if connected.left:
        told += ["", *connected.left]
    return told
