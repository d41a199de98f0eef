"""Know what customers say to the house itself, where a bot lacks an intent for it."""

import re
from typing import NamedTuple

from conversation.understanding import Language
from converse.burst import is_greeting

_PERSON = re.compile(
    r"(?<!\w)(mensch(en)?|mitarbeiter(in)?|sachbearbeiter(in)?|kundenberater(in)?|"
    r"human|real person|agent|representative|operator)(?!\w)",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"(?<!\w)(möchte|moechte|will|wollen|bitte|gib|geben|verbinden|verbinde|sprechen|reden|"
    r"schreiben|lieber|brauche|kann|want|need|please|speak|talk|connect|give|get)(?!\w)",
    re.IGNORECASE,
)
_IS_IT = re.compile(
    r"(?<!\w)(sind sie|bist du|bin ich|are you|am i|is this|ist das)(?!\w)", re.IGNORECASE
)
_SALUTATION = re.compile(
    r"\W*(sehr geehrte[rns]?|liebe[rns]?|werte[rns]?|dear|hallo|hello)(?!\w)", re.IGNORECASE
)
_WITHDRAW = re.compile(
    r"(?<!\w)(hat sich erledigt|schon erledigt|brauche? (keine hilfe|niemanden) mehr|"
    r"vergessen sie es|never ?mind|no longer need|solved it myself)(?!\w)",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"(wie lange|wann)( dauert( e?s| das)?)?( denn)?( noch)?|"
    r"(ist )?(da|noch|hier) (noch )?(jemand|wer)( da)?|hallo ist da (jemand|wer)|"
    r"how (much )?long(er)?( will (it|this|that) take| does it take)?|"
    r"(is )?any(body|one) (there|here)|hello is any(body|one) there",
    re.IGNORECASE,
)

_WISHES: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\w)((in|to|auf) engli(sh|sch)|(speak|sprechen|sprichst|redet)( sie| du| we| wir)? "
        r"engli(sh|sch)|engli(sh|sch),? (please|bitte|sprechen|reden)|"
        r"(please|bitte),? engli(sh|sch))(?!\w)",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"(?<!\w)((in|to|auf) (german|deutsch)|(speak|sprechen|sprichst|redet)( sie| du| we| wir)? "
        r"(german|deutsch)|(german|deutsch),? (please|bitte|sprechen|reden)|"
        r"(please|bitte),? (german|deutsch))"
        r"(?!\w)",
        re.IGNORECASE,
    ),
}
_SOMEBODY = re.compile(
    r"(?<!\w)(jemand(en|em)?|wen|wem|kolleg\w+|some(one|body)|any(one|body)|colleague)(?!\w)",
    re.IGNORECASE,
)
_WISH_WORDS, _WISH_ALONE = 12, 7
"""A longer text only mentions a language; in a shorter one nothing else is said."""

_ANGRY = re.compile(
    r"(?<!\w)(unverschämt\w*|frechheit|saftladen|schei(ß|ss)\w*|verdammt\w*|beschissen\w*|"
    r"verarsch\w*|idiot\w*|schnauze voll|nase voll|(es|mir) reicht('?s)?|"
    r"reicht('?s| es)? (mir|jetzt)|unfassbar|stinksauer|wütend|zumutung|"
    r"lächerlich|bullshit|fuck\w*|damn|ridiculous|outrageous|unacceptable|furious|"
    r"fed up|pathetic|sick of this|had enough)(?!\w)|!!!",
    re.IGNORECASE,
)


class Wish(NamedTuple):
    """A language that is wished for; `only`: nothing else was said."""

    language: Language
    only: bool


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THANKS = _words(
    """
    dank danke dankeschön dankeschoen dankesehr merci super perfekt prima top klasse toll ok okay
    klar tschüss tschuess wiedersehen schönen schoenen thank thanks thx great perfect nice bye
    goodbye 👍 👌 🙏 ❤ 😊 🙂 😀 🎉
    """
)
_BESIDE_THANKS = _words(
    """
    vielen herzlichen besten lieben tausend ihnen euch dir sehr schön schoen recht alles gut für
    fuer die ihre eure das war hilfe unterstützung antwort auskunft beratung schnelle nette nett
    gute und auf einen guten tag abend noch nein you so very much a lot many for your the that was
    help support reply answer quick kind and have good day evening no all
    """
)


def asks_for_person(text: str) -> bool:
    """Say whether a person is asked for: by the word alone, or as something that is wanted."""
    short = len(text.split()) <= 2 and not _SALUTATION.match(text)
    asks = _PERSON.search(text) is not None and (short or _WANTS.search(text) is not None)
    return asks and not _IS_IT.search(text)


def wished_language(text: str) -> Wish | None:
    """Return the language that a customer wants to be spoken to in, None where none is named."""
    count = len(text.split())
    if count > _WISH_WORDS:
        return None
    wished = (language for language, wish in _WISHES.items() if wish.search(text))
    language = next(wished, None)
    if language is None:
        return None
    beside = asks_for_person(text) or _SOMEBODY.search(text) is not None
    return Wish(language, count <= _WISH_ALONE and not beside)


def is_angry(text: str) -> bool:
    """Say whether somebody swears or shouts: a sentence in capitals, or `!!!`.

    Codes, account numbers and a maker's name are written in capitals by the calmest.
    """
    words = re.findall(r"(?<![\w-])[^\W\d_]{2,}(?![\w-])", text)
    is_sentence = len(words) >= 4 or sum(len(word) >= 4 for word in words) >= 3
    shouts = is_sentence and all(word.isupper() for word in words)
    return shouts or _ANGRY.search(text) is not None


def withdraws(text: str) -> bool:
    """Say whether a waiting customer needs nobody any more."""
    return _WITHDRAW.search(text) is not None


def knocks(text: str) -> bool:
    """Say whether a waiting customer greets again, or asks how long or whether anybody is there."""
    words = " ".join(re.findall(r"\w+", text))
    return is_greeting(text) or _HOW_LONG.fullmatch(words) is not None


def is_thanks(text: str) -> bool:
    """Say whether a text is a thank-you, or a word that nothing follows from, and no more."""
    said = set(re.findall(r"\w+|[^\w\s.,;:!()…\-\ufe0f\U0001f3fb-\U0001f3ff]", text.casefold()))
    return bool(said & _THANKS) and said <= _THANKS | _BESIDE_THANKS
