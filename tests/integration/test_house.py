"""Prove on a whole house what is nobody's alone: logins, rights, and that there is only one."""

from pathlib import Path

import pytest

from pforte.failure import Failure
from pforte.house.house import House, running_house
from pforte.house.local import AGENTS, open_house, seeded_passwords
from pforte.house.people import People
from tests.way import call

OVERVIEW = "/desk/api/overview"


def _token(house: House, email: str, password: str) -> str:
    answer = call("POST", f"{house.url}/desk/login", json={"email": email, "password": password})
    token: str = answer.raise_for_status().json()["token"]
    return token


def _overview(house: House, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return call("GET", house.url + OVERVIEW, headers=headers).status_code


@pytest.mark.parametrize("email", sorted(AGENTS))
def test_the_seeded_agents_can_log_in(house: House, email: str) -> None:
    """The passwords that `pforte up` prints open the desk."""
    password = seeded_passwords(Path(house.state))[email]
    assert _overview(house, _token(house, email, password)) == 200


def test_the_agents_api_is_shut_without_a_token_of_this_pool(house: House) -> None:
    """Neither no token, nor an invented one, nor one with a changed signature gets in."""
    email = next(iter(AGENTS))
    token = _token(house, email, seeded_passwords(Path(house.state))[email])
    head, _, signature = token.rpartition(".")
    assert call("GET", house.url + OVERVIEW).status_code == 401
    assert _overview(house, "invented") == 401
    assert _overview(house, f"{head}.{signature[::-1]}") == 401


def test_agents_come_and_go(house: House) -> None:
    """`pforte agent add` lets somebody in under a name of their own, `remove` shuts the door."""
    people = People(house)
    email = "karla.neu@musterstadt.example"
    password = people.add(email, supervisor=True)
    [known] = [agent for agent in people.all() if agent.email == email]
    assert (known.name, known.groups) == ("Karla Neu", ("agents", "supervisors"))
    assert _token(house, email, password)
    people.remove(email)
    login = {"email": email, "password": password}
    assert call("POST", f"{house.url}/desk/login", json=login).status_code == 401
    with pytest.raises(Failure, match="no agent"):
        people.remove(email)


def test_a_house_is_opened_once(house: House) -> None:
    """A second `pforte up` says where the open house is, and does not touch it."""
    with (
        pytest.raises(Failure, match=f"open already: {house.url}/desk"),
        open_house(Path(house.state)),
    ):
        pass


def test_other_commands_find_the_open_house(house: House) -> None:
    """`pforte phone` and `pforte agent` need no address: the house says where it is."""
    assert running_house(Path(house.state)) == house


def test_an_address_that_nobody_serves_is_not_found(house: House) -> None:
    """What is not routed reaches no function."""
    assert call("GET", f"{house.url}/elsewhere").status_code == 404
