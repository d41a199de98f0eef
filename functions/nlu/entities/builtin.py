"""Find what needs no teaching: the entities that Duckling has for Rasa, and two more.

A domain turns one on by having an entity of that name (`_` is as good as `-`).
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from conversation.understanding import Entity
from nlu.entities import amounts, codes, times

EXTRACTOR = "DucklingEntityExtractor"

_Finder = Callable[[str], Iterator[Entity]]

_FINDERS: dict[str, _Finder] = {
    "amount-of-money": amounts.money,
    "number": amounts.numbers,
    "email": codes.emails,
    "phone-number": codes.phones,
    "iban": codes.ibans,
    "postcode": codes.postcodes,
    "credit-card-number": codes.masked_cards,
}

TIME = "time"

NAMES = (*_FINDERS, TIME)


def wanted(declared: Collection[str]) -> list[str]:
    """Return which of a domain's entities are built in."""
    return sorted(name for name in declared if _plain(name) in NAMES)


def find(text: str, names: Sequence[str], now: int | None) -> list[Entity]:
    """Return the built-in entities of these names; without `now` (ms) no times."""
    entities = []
    for name in names:
        if _plain(name) != TIME:
            found = _FINDERS[_plain(name)](text)
        elif now is not None:
            found = times.times(text, now)
        else:
            continue
        update = {"entity": name, "extractor": EXTRACTOR}
        entities += [entity.model_copy(update=update) for entity in found]
    return entities


def _plain(name: str) -> str:
    return name.replace("_", "-")
