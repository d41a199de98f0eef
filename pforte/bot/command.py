"""Take the commands `pforte bot train | check | parse | chat | test | replay`."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pforte.bot.training import default_out, train, trained
from pforte.failure import CALLED_WRONGLY, FOUND_WRONG, Failure

if TYPE_CHECKING:
    from pforte.bot.testing import Result

EXAMPLE_BOT = Path("bot")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    parser = subparsers.add_parser("bot", help="train a bot, test it, talk to it")
    verbs = parser.add_subparsers(metavar="train|check|parse|chat|test|replay", required=True)
    training = _verb(verbs, "train", "train a bot into a folder that the functions load")
    training.add_argument("--out", type=Path, help="default: .pforte/trained_bot")
    training.set_defaults(run=run_train)
    parse = _verb(verbs, "parse", "say what a text means to the bot")
    parse.add_argument("text")
    parse.add_argument(
        "--explain", action="store_true", help="show the nearest examples, and why it is sure"
    )
    parse.set_defaults(run=run_parse)
    check = _verb(verbs, "check", "look for weak spots in a bot's examples")
    check.set_defaults(run=run_check)
    chat = _verb(verbs, "chat", "talk to the bot in the terminal")
    _add_actions(chat, "who runs custom actions")
    chat.set_defaults(run=run_chat)
    test = _verb(verbs, "test", "run the bot's test messages and stories (tests/*.yml)")
    test.add_argument("--nlu", action="store_true", help="understand what stories' users say, too")
    test.add_argument(
        "--run",
        dest="run_for_real",
        action="store_true",
        help="play dialogues and stories for real: front door, actions, sample back end",
    )
    _add_actions(test, "with --run, who runs custom actions")
    test.add_argument("--only", metavar="TEXT", help="with --run, what names TEXT alone")
    test.set_defaults(run=run_test)
    replay = _verb(verbs, "replay", "replay dialogues recorded from Rasa, and compare")
    replay.add_argument("files", type=Path, nargs="+", metavar="FILE")
    replay.add_argument(
        "--actions",
        choices=("record", "own"),
        default="record",
        help="answer custom actions from the recording, or run the bot's own",
    )
    replay.set_defaults(run=run_replay)


def run_train(arguments: argparse.Namespace) -> int:
    """Train a bot and print what came of it."""
    made = train(arguments.bot, arguments.out or default_out(arguments.bot))
    for warning in made.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    report = made.report
    if arguments.json:
        facts = {"folder": str(made.folder), **report._asdict(), "warnings": made.warnings}
        print(json.dumps({**facts, "seconds": round(made.seconds, 2), "bytes": made.size}))
        return 0
    print(f"{report.intents} intents, {report.examples} examples → {made.folder}")
    print(f"accuracy      {report.accuracy:6.1%}  of examples, each while unseen")
    print(f"threshold     {report.threshold:6.3f}  confidence from which on the bot acts")
    print(
        f"acts on       {report.answered:6.1%}  of unseen messages, hidden intents among them; "
        f"{report.precision:.1%} of these right"
    )
    print(f"took          {made.seconds:6.1f}  s; {made.size / 1e6:.1f} MB")
    return 0


def run_parse(arguments: argparse.Namespace) -> int:
    """Print intent, confidence, ranking, entities and language of a text, and why if asked."""
    from pforte.bot.explain import as_json, as_text, explanation, parse

    if not arguments.text.strip():
        raise Failure("the text is empty. Write what a customer would.", CALLED_WRONGLY)
    folder = trained(arguments.bot)
    found = parse(folder, arguments.text)
    why = explanation(folder, found) if arguments.explain else None
    print(as_json(found, why) if arguments.json else as_text(found, why))
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    """Print weak spots of the bot's examples; what contradicts itself is what fails."""
    from pforte.bot.check import as_json, as_text, check

    findings = check(arguments.bot)
    print(as_json(findings) if arguments.json else as_text(findings))
    return FOUND_WRONG if findings.contradictions else 0


def run_chat(arguments: argparse.Namespace) -> int:
    """Talk to the bot until the input ends."""
    from conversation.errors import PforteError
    from pforte.bot.chat import chat
    from pforte.bot.stage import OWN

    try:
        chat(arguments.bot, arguments.actions or OWN)
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    """Run the test messages and test stories; acting on a wrong intent is what fails."""
    if arguments.run_for_real:
        return _run_for_real(arguments)
    if arguments.actions or arguments.only:
        raise Failure("--actions and --only belong to --run. Add it.", CALLED_WRONGLY)
    from conversation.errors import PforteError
    from dialogue.project import FRONT_DOOR_FILE
    from dialogue.rasa_bot import load
    from pforte.bot.story_tests import run_stories_of
    from pforte.bot.testing import as_json, read_cases, run_cases

    folder = arguments.bot / "tests"
    try:
        cases = read_cases(folder)
        if cases and not (arguments.nlu or (arguments.bot / FRONT_DOOR_FILE).is_file()):
            print(
                f"{folder}: {len(cases)} test messages are left out: a bot without pforte.yml is "
                "not trained for them. Add --nlu to run them.",
                file=sys.stderr,
            )
            cases = []
        bot = load(trained(arguments.bot)) if cases or arguments.nlu else None
        stories = run_stories_of(arguments.bot, bot.understand if bot and arguments.nlu else None)
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error
    if not cases and not stories.stories:
        raise Failure(f"{folder}: has no tests. Add tests/*.yml.", CALLED_WRONGLY)
    result = run_cases(bot, cases) if bot and cases else None
    if arguments.json:
        found = {**(as_json(result) if result else {}), **asdict(stories)}
        print(json.dumps(found, ensure_ascii=False))
    else:
        for difference in stories.differences:
            print(f"story: {difference}")
        if result:
            _show_test(result)
        if stories.stories:
            print(f"{stories.stories} stories, {stories.passed} as told")
    return FOUND_WRONG if stories.differences or (result and result.wrong) else 0


def _run_for_real(arguments: argparse.Namespace) -> int:
    """Play the bot's dialogues and test stories, and say how each went."""
    from conversation.errors import PforteError
    from pforte.bot.run import as_json, as_lines, read_plays
    from pforte.bot.stage import OWN, Played

    def tell(played: Played) -> None:
        if not arguments.json:
            print(*as_lines(played), sep="\n", flush=True)

    try:
        plays = read_plays(arguments.bot, arguments.only or "")
        dialogues, stories = plays.run(arguments.actions or OWN, tell)
    except PforteError as error:
        raise Failure(str(error), FOUND_WRONG) from error
    wrong = sum(bool(each.differences) for each in (*dialogues, *stories))
    if arguments.json:
        print(as_json(dialogues, stories))
    else:
        whole = sum(each.seconds for each in (*dialogues, *stories))
        print(
            f"{len(dialogues)} dialogues and {len(stories)} stories in {whole:.1f} s, {wrong} wrong"
        )
    return FOUND_WRONG if wrong else 0


def _show_test(result: "Result") -> None:
    """Print what was wrong, and what share of each language was right."""
    from pforte.bot.testing import OVERALL

    for kind, lines in (
        ("wrong", result.wrong),
        ("unsure", result.unsure),
        ("language", result.wrong_language),
    ):
        for line in lines:
            print(f"{kind}: {line}")
    for name, tally in sorted(result.tallies.items(), key=lambda each: each[0] != OVERALL):
        kept = tally.out_of_scope - tally.wrong_out_of_scope
        print(
            f"{name:3}  {tally.in_scope} in scope: {tally.right} understood, {tally.wrong} wrong, "
            f"{tally.asked_back} asked back ({tally.offered} of them with the right button); "
            f"{tally.out_of_scope} out of scope: {kept} kept out"
        )
        print(
            f"     right intent first {tally.accuracy:.1%} · acts on {tally.answered:.1%} of what "
            f"is in scope · right where it acts {tally.precision:.1%}"
        )


def run_replay(arguments: argparse.Namespace) -> int:
    """Replay recorded dialogues with the bare runtime."""
    from pforte.bot.replay import replay_files

    result = replay_files(arguments.files, arguments.bot, own=arguments.actions == "own")
    if arguments.json:
        print(result.to_json())
    else:
        for difference in result.differences:
            print(f"different: {difference}")
        print(f"{result.dialogues} dialogues, {result.passed} as recorded")
    return FOUND_WRONG if result.differences else 0


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=does, description=does.capitalize() + ".")
    parser.add_argument("--bot", type=Path, default=EXAMPLE_BOT, metavar="DIR", help="default: bot")
    if name != "chat":
        parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_actions(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--actions",
        metavar="own|URL",
        help=f"{what}: the bot's own (default), or a server's webhook",
    )
