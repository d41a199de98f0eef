"""Open and close a whole house on this machine.

Emulator, stack, agents, gateway, messengers, and a company's back end and portal.
"""

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx

from pforte.backend.server import Backend
from pforte.failure import Failure
from pforte.house.build import build
from pforte.house.deploy import deploy
from pforte.house.emulator import Emulator, stop_left_over
from pforte.house.gateway import Gateway
from pforte.house.house import CHECKOUT, House, forget, remember, running_house
from pforte.house.mail_drop import MailDrop
from pforte.house.people import People, new_password
from pforte.messengers.accounts import MAIL_DOMAIN, simulated_accounts
from pforte.messengers.approved import Approved
from pforte.messengers.server import Messengers
from pforte.portal.server import Portal
from pforte.templates import templates_of

STACK = "pforte"
AGENTS = {"anna@musterstadt.example": True, "jonas@musterstadt.example": False}
"""Who is seeded, and who of them is a supervisor."""

_PREFERRED_PORTS = {
    "house": 4580,
    "aws": 4581,
    "messengers": 4582,
    "back_end": 4583,
    "portal": 4584,
}
ANYWHERE = dict.fromkeys(_PREFERRED_PORTS, 0)
"""Any free ports, for a house beside another."""

_CALLS: dict[str, dict[str, Any]] = {
    "ConverseFunction": {"Records": []},
    "DeliverFunction": {"Records": []},
    "MediaFunction": {"Records": []},
    "MailFunction": {"Records": []},
    "ActionsFunction": {"path": "/actions"},
}
"""What each function is called with that has no page; it does nothing but start."""

_PAGES = ("/desk", "/webchat/demo")


@contextmanager
def open_house(
    state: Path,
    say: Callable[[str], None] = lambda _: None,
    preferred_ports: Mapping[str, int] = _PREFERRED_PORTS,
) -> Iterator[tuple[House, Callable[[], None]]]:
    """Open a house that keeps its data in `state`, and close it at the end of the block.

    Yields the house and a check that raises Failure if a part of it has died. Other commands find
    it while it is open. Raises Failure where it cannot be opened, or is open already.
    """
    state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        closing.enter_context(_only_one(state))
        stop_left_over(state)
        ports = _ports(state, preferred_ports)
        say("Building, and training the bot if it has changed: minutes at first, then seconds ...")
        fingerprint = build()
        say("Starting the AWS emulator ...")
        emulator = Emulator(state, ports["aws"])
        emulator.start()
        closing.callback(emulator.stop)
        messengers = f"http://127.0.0.1:{ports['messengers']}"
        url = f"http://127.0.0.1:{ports['house']}"
        back_end = f"http://127.0.0.1:{ports['back_end']}"
        say("Deploying template.yaml ...")
        outputs = deploy(
            STACK,
            emulator.endpoint,
            {
                "PublicBaseUrl": url,
                "SimulatedMessengersUrl": messengers,
                "MailDomain": MAIL_DOMAIN,
                "BackEndUrl": back_end,
            },
            fingerprint,
        )
        known = (emulator.endpoint, messengers, back_end, str(state))
        house = House(STACK, url, outputs, *known, f"http://127.0.0.1:{ports['portal']}")
        _seed_agents(house, state)
        company = _back_end(house, ports["back_end"])
        company.start()
        closing.callback(company.stop)
        portal = Portal(ports["portal"], state / "portal", url)
        house.connect("webchat", "web", portal.connection())
        portal.start()
        closing.callback(portal.stop)
        ask = partial(_ask, house.client("lambda"), outputs["WebchatFunctionName"])
        gateway = Gateway(ports["house"], ports["aws"], outputs["ApiId"], ask)
        gateway.start()
        closing.callback(gateway.stop)
        say("Opening ...")
        _wake(house)
        simulated = _messengers(house, ports["messengers"])
        simulated.start()
        closing.callback(simulated.stop)
        remember(house)
        closing.callback(forget, house)
        yield house, emulator.check
        say("Closing, and keeping the data ...")


def _ask(client: Any, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """Call a function and return what it answers."""
    called = client.invoke(FunctionName=function, Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(called["Payload"].read())
    return answer


def seeded_passwords(state: Path) -> dict[str, str]:
    """Return the passwords of the seeded agents, made once per house."""
    path = state / "agents.json"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({email: new_password() for email in AGENTS}, file)
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords


def _seed_agents(house: House, state: Path) -> None:
    people = People(house)
    known = {agent.email for agent in people.all()}
    for email, password in seeded_passwords(state).items():
        if email not in known:
            people.add(email, supervisor=AGENTS[email], password=password)


def _back_end(house: House, port: int) -> Backend:
    """Return the company's back end; only the actions are told the token, a new one each time."""
    token = token_urlsafe(24)
    house.client("ssm").put_parameter(
        Name=house.outputs["BackEndTokenParameter"],
        Value=token,
        Type="SecureString",
        Overwrite=True,
    )
    return Backend(port, Path(house.state) / "back-end", token)


def _messengers(house: House, port: int) -> Messengers:
    state = Path(house.state) / "messengers"
    accounts = simulated_accounts(state)
    messengers = Messengers(port, state, house.url, accounts, drop=MailDrop(house))
    messengers.whatsapp.approved = Approved(templates_of(CHECKOUT / "bot"))
    for channel, account, secrets in messengers.accounts:
        house.connect(channel, account, secrets)
    return messengers


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"the house is open already{_where(state)}") from None
        yield


def _where(state: Path) -> str:
    try:
        return f": {running_house(state).url}/desk"
    except Failure:
        return " or is just being opened"


def _ports(state: Path, preferred: Mapping[str, int]) -> dict[str, int]:
    """Choose the ports of last time where they are free: addresses and deployment stay the same."""
    note = state / "ports.json"
    last = json.loads(note.read_text()) if note.exists() else {}
    ports: dict[str, int] = {}
    with ExitStack() as held:
        for name, port in preferred.items():
            chosen = held.enter_context(_held(last.get(name, port)))
            ports[name] = chosen.getsockname()[1]
    note.write_text(json.dumps(ports))
    return ports


@contextmanager
def _held(port: int) -> Iterator[socket.socket]:
    """Hold a port, or any free one where it is taken."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.bind(("127.0.0.1", 0))
        yield holder


def _wake(house: House) -> None:
    """Call every function once, so that the first customer meets a warm house that works."""
    resources = house.client("cloudformation").describe_stack_resources(StackName=house.stack)
    names: dict[str, str] = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
    }
    with ThreadPoolExecutor(max_workers=3) as pool:
        calls = [
            pool.submit(_call, house, name, names[name], event) for name, event in _CALLS.items()
        ]
        calls += [pool.submit(_get, house, page) for page in _PAGES]
        for call in calls:
            call.result()


def _call(house: House, name: str, function: str, event: Mapping[str, Any]) -> None:
    answer: dict[str, Any] = house.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event)
    )
    if "FunctionError" in answer:
        raise Failure(f"{name} does not start: {answer['Payload'].read().decode()[:500]}")


def _get(house: House, page: str) -> None:
    answer = httpx.get(house.url + page, timeout=60, follow_redirects=True)
    if answer.status_code != httpx.codes.OK:
        raise Failure(f"{house.url}{page} answers {answer.status_code}: {answer.text[:500]}")
