"""What the bench says of the tiers of the intent layer."""

from dataclasses import replace

from nlu.training import Example
from pforte.bench.tiers import BOUNDS, figures_of, spread


def test_a_tier_above_its_bound_is_missed() -> None:
    """A slower or larger layer ends the bench with a bad status, named."""
    bound = BOUNDS["default"]
    assert not any(figure.missed for figure in figures_of("default", bound, bound))
    slow = replace(bound, message_ms=bound.message_ms + 0.1, layers=bound.layers + 1)
    missed = [figure.name for figure in figures_of("default", slow, bound) if figure.missed]
    assert missed == ["processor, a message", "model and numpy, unzipped"]


def test_what_a_layer_adds_stands_beside_the_whole() -> None:
    """Python and numpy take memory of their own, and a message that was read before less time."""
    cost = replace(BOUNDS["small"], own_memory=12, new_ms=0.25)
    notes = {figure.name: figure.note for figure in figures_of("small", cost, BOUNDS["small"])}
    assert notes["memory after many answers"] == "12 above Python with numpy"
    assert notes["processor, a message"] == "0.25 where each is new"


def test_messages_are_none_of_the_examples() -> None:
    """What is asked was never taught, and both come from all over the bot."""
    every = [Example(f"text {number}", "intent") for number in range(5000)]
    taught, asked = spread(every, 2000, 300)
    assert (len(taught), len(asked)) == (2000, 300)
    assert not set(taught) & set(asked)
    assert taught[-1].text > "text 4990"
    assert asked[-1] in every[4000:]


def test_a_small_bot_is_taught_whole() -> None:
    """With fewer examples than wanted, all are taught and some of them asked."""
    every = [Example(f"text {number}", "intent") for number in range(10)]
    assert spread(every, 2000, 300) == (every, every)
