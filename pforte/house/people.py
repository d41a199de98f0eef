"""Add, remove and list the agents of a house in its Cognito user pool."""

import secrets
import string
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pforte.failure import Failure
from pforte.house.house import House


@dataclass(frozen=True)
class Agent:
    """A login: `name` is what customers are told."""

    email: str
    name: str
    groups: tuple[str, ...]


class People:
    """The agents of one house."""

    def __init__(self, house: House) -> None:
        self._pool = house.outputs["UserPoolId"]
        self._local = house.local
        self._cognito = house.client("cognito-idp")

    def add(self, email: str, name: str = "", supervisor: bool = False, password: str = "") -> str:
        """Add an agent and return the password, "" where Cognito writes to the agent itself.

        An agent who is there already keeps name and password, and may become a supervisor.
        """
        invited = not self._local and not password
        invitation: dict[str, Any] = (
            {"DesiredDeliveryMediums": ["EMAIL"]} if invited else {"MessageAction": "SUPPRESS"}
        )
        try:
            self._cognito.admin_create_user(
                UserPoolId=self._pool,
                Username=email,
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                    {"Name": "name", "Value": name or _name(email)},
                ],
                **invitation,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
            invited, password = True, ""
        for group in ("agents", "supervisors") if supervisor else ("agents",):
            self._cognito.admin_add_user_to_group(
                UserPoolId=self._pool, Username=email, GroupName=group
            )
        if invited:
            return ""
        password = password or new_password()
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=email, Password=password, Permanent=True
        )
        return password

    def remove(self, email: str) -> None:
        """Remove an agent's login. Raises Failure where there is none."""
        try:
            self._cognito.admin_delete_user(UserPoolId=self._pool, Username=email)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            raise Failure(f"there is no agent {email}") from error

    def all(self) -> list[Agent]:
        """Return all agents, by e-mail address."""
        pages = self._cognito.get_paginator("list_users").paginate(UserPoolId=self._pool)
        agents = [self._agent(user) for page in pages for user in page["Users"]]
        return sorted(agents, key=lambda agent: agent.email)

    def _agent(self, user: dict[str, Any]) -> Agent:
        attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
        answer = self._cognito.admin_list_groups_for_user(
            UserPoolId=self._pool, Username=user["Username"]
        )
        groups = tuple(sorted(group["GroupName"] for group in answer["Groups"]))
        return Agent(attributes.get("email", ""), attributes.get("name", ""), groups)


def new_password() -> str:
    """Return a password that the pool's policy takes: 18 letters and digits."""
    letters = string.ascii_letters + string.digits
    return "Aa1" + "".join(secrets.choice(letters) for _ in range(15))


def _name(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").replace("_", " ").title()
