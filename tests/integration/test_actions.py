"""Prove in the running house that actions reach the back end, and that nobody else reaches them."""

import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from pforte.backend.seed import CUSTOMERS
from pforte.house.house import House

_CALLER = """
import json
import botocore.session

def handle(event, _context):
    session = botocore.session.get_session()
    client = session.create_client(event["service"])
    try:
        getattr(client, event["operation"])(**event["arguments"])
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""
"""A function that does one call to AWS with the rights of its role."""


@pytest.fixture(scope="module")
def functions(house: House) -> dict[str, str]:
    """Return the names of the house's functions by logical id."""
    resources = house.client("cloudformation").describe_stack_resources(StackName=house.stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def _invoke(house: House, function: str, event: dict[str, Any]) -> Any:
    answer = house.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


def _as(house: House, function: str, **call: Any) -> str:
    """Return what becomes of a call to AWS that is made with a function's rights."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("caller.py", _CALLER)
    functions = house.client("lambda")
    role = functions.get_function_configuration(FunctionName=function)["Role"]
    functions.create_function(
        FunctionName="caller",
        Runtime="python3.13",
        Role=role,
        Handler="caller.handle",
        Code={"ZipFile": packed.getvalue()},
        Timeout=60,
    )
    try:
        said: str = _invoke(house, "caller", call)
    finally:
        functions.delete_function(FunctionName="caller")
    return said


def test_an_action_asks_the_back_end(house: House, functions: dict[str, str]) -> None:
    """It knows the address and the token, and answers with what is known there."""
    customer = CUSTOMERS[0]
    slots = {
        "customer_number": customer.number,
        "postcode": customer.postcode,
        "verified": True,
        "requested_slot": "meter_number",
    }
    request = {
        "next_action": "validate_meter_reading_form",
        "sender_id": "somebody",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "somebody",
            "slots": slots,
            "latest_message": {"text": "", "intent": {}, "entities": [], "metadata": {"key": "k"}},
            "events": [],
            "active_loop": {"name": "meter_reading_form"},
            "paused": False,
        },
    }
    answer = _invoke(house, functions["ActionsFunction"], request)
    found = {event["name"]: event["value"] for event in answer["events"]}
    assert found["meter_number"] == customer.meters[0].number


def test_the_back_end_lets_nobody_in_without_its_token(house: House) -> None:
    """The address alone opens nothing."""
    asked = f"{house.back_end}/v1/customers/{CUSTOMERS[0].number}"
    assert httpx.get(asked).status_code == 401
    assert httpx.get(asked, headers={"Authorization": "Bearer guessed"}).status_code == 401


@pytest.mark.parametrize(
    ("function", "said"),
    [("ConverseFunction", "allowed"), ("WebhookFunction", "AccessDeniedException")],
)
def test_converse_alone_runs_actions(
    house: House, functions: dict[str, str], function: str, said: str
) -> None:
    """What the world can reach does nothing in the back end."""
    arguments = {"FunctionName": functions["ActionsFunction"], "Payload": '{"path": "/health"}'}
    call = {"service": "lambda", "operation": "invoke", "arguments": arguments}
    assert _as(house, functions[function], **call) == said


@pytest.mark.parametrize(
    ("function", "name", "said"),
    [
        ("ActionsFunction", "BackEndTokenParameter", "allowed"),
        ("ConverseFunction", "BackEndTokenParameter", "AccessDeniedException"),
        ("ConverseFunction", "ActionServerTokenParameter", "ParameterNotFound"),
        ("ActionsFunction", "ActionServerTokenParameter", "AccessDeniedException"),
        ("ActionsFunction", "ParameterPrefix", "AccessDeniedException"),
    ],
)
def test_actions_and_the_house_know_none_of_each_others_secrets(
    house: House, functions: dict[str, str], function: str, name: str, said: str
) -> None:
    """A bot author's code reads its own token, and the house's own code does not."""
    parameter = house.outputs[name]
    if name == "ParameterPrefix":
        parameter += "/identity-key"
    call = {"service": "ssm", "operation": "get_parameter", "arguments": {"Name": parameter}}
    assert _as(house, functions[function], **call) == said
