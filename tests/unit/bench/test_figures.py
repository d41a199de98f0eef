"""How figures are made of what was measured."""

import pytest

from pforte.bench.figures import Figure, as_json, counts
from pforte.bench.ground import value_bytes
from pforte.bench.measure import Answered
from pforte.bench.prices import FULL_PROCESSOR_MB, Counts, Run, usd_per_million


def _call(service: str, operation: str, units: float = 0) -> dict[str, object]:
    return {"service": service, "operation": operation, "requests": 1, "units": units}


def test_a_figure_above_its_bound_is_missed_and_named() -> None:
    """The bench fails on exactly what is above its bound; what has none cannot fail."""
    found = [
        Figure("start", "webhook", 401, "ms", 400),
        Figure("start", "desk", 600, "ms", 600),
        Figure("size", "layer", 10_000, "MB"),
    ]
    assert as_json(found)["missed"] == ["start: webhook"]


def test_counts_tell_reads_from_writes_and_add_what_lambda_polls() -> None:
    """SQS is asked by Lambda too; reads and writes have prices of their own."""
    turn = Answered(
        calls=[
            _call("sqs", "SendMessage"),
            _call("dynamodb", "GetItem", 1),
            _call("dynamodb", "BatchGetItem", 3),
            _call("dynamodb", "PutItem", 2),
            _call("dynamodb", "UpdateItem", 1),
            _call("sqs", "SendMessage"),
        ],
        log_bytes=300,
    )
    assert counts([turn, turn]) == Counts(
        http_calls=1, sqs_requests=6, lambda_calls=3, read_units=4, write_units=3, log_bytes=300
    )


def test_an_ordinary_message_costs_about_ten_dollars_a_million() -> None:
    """One HTTP call, six SQS requests, three Lambda calls, three reads, six writes, 0.3 KB."""
    found = usd_per_million(Counts(1, 6, 3, 3, 6, 300), {})
    assert found["total"] == pytest.approx(10, abs=0.5)
    assert found["total"] == pytest.approx(sum(found.values()) / 2)


def test_a_function_with_half_a_processor_is_billed_for_twice_the_time() -> None:
    """CPU was measured on a whole processor; Lambda gives a share of one."""
    whole = Run(cpu_ms=100, memory=FULL_PROCESSOR_MB, aws_calls=0, messenger_calls=0)
    half = Run(cpu_ms=100, memory=FULL_PROCESSOR_MB // 2, aws_calls=0, messenger_calls=0)
    assert half.gb_seconds == pytest.approx(whole.gb_seconds, rel=0.01)
    waiting = Run(cpu_ms=100, memory=FULL_PROCESSOR_MB, aws_calls=0, messenger_calls=1)
    assert waiting.gb_seconds > whole.gb_seconds * 2


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "grün"}, 5),
        ({"N": "1763786000000"}, 5),
        ({"B": b"12345"}, 5),
        ({"M": {"a": {"S": "bc"}}}, 7),
        ({"L": [{"S": "bc"}, {"S": "d"}]}, 8),
        ({"SS": ["ab", "c"]}, 3),
        ({"BOOL": True}, 1),
    ],
)
def test_values_have_the_size_that_dynamodb_counts(value: dict[str, object], size: int) -> None:
    """Names and values count, numbers by two digits, without zeros at their end."""
    assert value_bytes(value) == size
