"""Take the command line apart and hand it to the module of its command.

A command's module offers `register(subparsers)`; its parser's default `run` takes the parsed
arguments and returns the exit status: 0 done, 1 found something wrong, 2 called wrongly.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from pforte.failure import CALLED_WRONGLY, Failure

# Only the module of the command that was called is imported: some bring numpy or boto3 along.
_COMMANDS = {
    "up": "pforte.house.command",
    "agent": "pforte.house.command",
    "connect": "pforte.connect",
    "templates": "pforte.templates",
    "phone": "pforte.phone",
    "parse": "pforte.parse",
    "bot": "pforte.bot.command",
    "nlu": "pforte.nlu.command",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    chosen = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        status: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough (`| head`): a shell calls it SIGPIPE
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Failure as failure:
        print(f"pforte: {failure}", file=sys.stderr)
        return failure.status
    except OSError as error:
        told = f"{error.filename}: {error.strerror}" if error.filename else error
        print(f"pforte: {told}", file=sys.stderr)
        return CALLED_WRONGLY
    except KeyboardInterrupt:
        return 130
    return status


def parse(given: Sequence[str]) -> argparse.Namespace:
    """Take a call apart. Raises SystemExit with status 2 where it is wrong."""
    return _parser(given).parse_args(given)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pforte", description="The front door of a customer service."
    )
    parser.set_defaults(run=partial(_list_commands, parser))  # a command puts its own in place
    subparsers = parser.add_subparsers(metavar="COMMAND")
    called = _COMMANDS.get(given[0]) if given else None
    for module in [called] if called else sorted(set(_COMMANDS.values())):
        import_module(module).register(subparsers)
    return parser


def _list_commands(parser: argparse.ArgumentParser, _: argparse.Namespace) -> int:
    parser.print_help(sys.stderr)
    return CALLED_WRONGLY
