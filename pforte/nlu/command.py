"""Take the command `pforte nlu evaluate`."""

import argparse
from pathlib import Path


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser("nlu", help="measure how well messages are understood")
    verbs = parser.add_subparsers(metavar="evaluate", required=True)
    does = "train on some messages, score on others"
    verb = verbs.add_parser("evaluate", help=does, description=does.capitalize() + ".")
    what = "text<TAB>intent (.tsv), or a Rasa file or folder; intent __oos__: out of scope"
    verb.add_argument("--train", type=Path, required=True, help=what)
    verb.add_argument("--test", type=Path, required=True, help="likewise")
    verb.add_argument("--tier", choices=["default", "accurate", "small"])
    verb.add_argument("--json", action="store_true", help="print JSON")
    verb.set_defaults(run=run_evaluate)


def run_evaluate(arguments: argparse.Namespace) -> int:
    """Print the scores."""
    from nlu.settings import NluSettings
    from pforte.nlu.evaluate import evaluate, read, report

    settings = NluSettings(tier=arguments.tier) if arguments.tier else NluSettings()
    scores = evaluate(read(arguments.train), read(arguments.test), settings)
    print(report(scores, arguments.json))
    return 0
