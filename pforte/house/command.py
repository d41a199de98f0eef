"""Take the commands `pforte up` and `pforte agent`."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType

from rich.console import Console

from pforte.failure import Failure
from pforte.house.house import House, add_house, find_house, state_folder
from pforte.house.people import People


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    up = subparsers.add_parser("up", help="run the whole house on this machine")
    up.set_defaults(run=run_up)
    agent = subparsers.add_parser("agent", help="add, remove or list the people at the desk")
    verbs = agent.add_subparsers(metavar="add|remove|list", required=True)
    add = verbs.add_parser("add", help="give somebody a login")
    add.add_argument("email")
    add.add_argument("--name", default="", help="what customers are told; else made of EMAIL")
    add.add_argument("--supervisor", action="store_true")
    add.set_defaults(run=run_add)
    remove = verbs.add_parser("remove", help="take somebody's login away")
    remove.add_argument("email")
    remove.set_defaults(run=run_remove)
    listing = verbs.add_parser("list", help="show who has a login")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    for verb in (add, remove, listing):
        add_house(verb)


def run_up(_: argparse.Namespace) -> int:
    """Open the house, print its addresses, and close it when told to stop."""
    # Imported here: `pforte agent` needs neither the emulator nor the messengers.
    from pforte.house.local import open_house, seeded_passwords

    stop = threading.Event()

    def close(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    console = Console(highlight=False)
    state = state_folder()
    with open_house(state, say=lambda line: console.print(line, style="dim")) as (house, check):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, close)
        _welcome(console, house, seeded_passwords(state))
        while not stop.wait(1):
            check()
    return 0


def run_add(chosen: argparse.Namespace) -> int:
    """Add an agent and print the password where there is one to tell."""
    people = _people(chosen)
    if "@" not in chosen.email:
        raise Failure(f"{chosen.email} is no e-mail address", status=2)
    password = people.add(chosen.email, chosen.name, chosen.supervisor)
    print(f"{chosen.email} may log in" + (f"; the password is {password}" if password else ""))
    return 0


def run_remove(chosen: argparse.Namespace) -> int:
    """Remove an agent."""
    _people(chosen).remove(chosen.email)
    print(f"{chosen.email} may no longer log in")
    return 0


def run_list(chosen: argparse.Namespace) -> int:
    """Print the agents, a line each."""
    agents = _people(chosen).all()
    if chosen.json:
        json.dump([vars(agent) for agent in agents], sys.stdout, ensure_ascii=False, indent=1)
        print()
    for agent in agents if not chosen.json else []:
        print(f"{agent.email}\t{agent.name}\t{', '.join(agent.groups)}")
    return 0


def _people(chosen: argparse.Namespace) -> People:
    return People(find_house(chosen))


def _welcome(console: Console, house: House, passwords: Mapping[str, str]) -> None:
    from channels.registry import CHANNELS
    from pforte.backend.seed import CUSTOMERS

    number, postcode = CUSTOMERS[0].number, CUSTOMERS[0].postcode
    console.print("[bold]The house is open.[/bold] Ctrl-C closes it and keeps its data.\n")
    console.print(f"  Desk      {house.url}/desk")
    for email, password in passwords.items():
        console.print(f"            {email:<28} {password}")
    console.print(f"  Web chat  {house.url}/webchat/demo")
    console.print(f"  Portal    {house.portal}")
    for name, channel in CHANNELS.items():
        if channel.abilities.pushed:
            console.print(f"  {channel.title:<9} {house.messengers}/phone/{name}")
    console.print(f"  Back end  {house.back_end}")
    console.print(f"            a customer to try: {number}, postcode {postcode}\n")
