"""Know the wish to go on in another messenger, or to cut one off, German and English."""

import re
from difflib import SequenceMatcher
from itertools import pairwise

_GOES_ON = re.compile(
    r"(?<!\w)(weiter(?!e[rnms]?(?!\w))\w*|fort(setzen|fahren|führen|fuehren)|wechs(le|el|eln)|umziehen|"
    r"continu(e|ing)|switch(ing)?|carry on|go on|keep (chatting|writing|talking)|move|"
    r"(lieber|rather) (per|über|ueber|auf|in|on|via)|"
    r"(schreiben|schreibe|chatten) (wir )?(per|über|ueber|auf|in) )(?!\w)?",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(die )?(verbindung|verkn(ü|ue)pfung) (bitte )?(trennen|l(ö|oe)sen|aufheben|beenden)|"
    r"(trenne|l(ö|oe)se|beende)n? (sie )?(bitte )?(die )?(verbindung|verkn(ü|ue)pfung)|"
    r"unlink|disconnect|(cut|remove|undo) the (link|connection)|"
    r"unlink (this|the|my) (chat|messenger|account|number|conversation)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?<!\w)(woanders|(in|auf|über|ueber) (einem )?anderen? (messenger|kanal|app)|"
    r"elsewhere|another (messenger|channel|app)|(on|to) my phone|auf( dem| meinem)? handy)(?!\w)",
    re.IGNORECASE,
)

_LETTER = re.compile(
    r"\A\W*(sehr geehrte|liebe|werte|dear|hallo|hello|hi|guten (tag|morgen|abend)|good \w+)"
    r"(?!\w)[^,!.\n]{0,60}[,!\n]|"
    r"(?<!\w)(mit (freundlichen|besten|herzlichen) gr(ü|ue)(ß|ss)en|"
    r"(viele|beste|liebe|freundliche|herzliche) gr(ü|ue)(ß|ss)e|"
    r"(kind |best |warm )?regards|yours (sincerely|faithfully|truly)|mfg)(?!\w)"
    r"(\W+\w+){0,8}\W*\Z",
    re.IGNORECASE,
)
"""How letters begin and end: who writes mails writes letters."""

_SPELLINGS = {
    "whatsapp": ("whatsapp", "whatsap", "watsapp", "wa"),
    "telegram": ("telegram", "tg"),
    "messenger": ("messenger", "facebook", "facebookmessenger", "fb"),
    "instagram": ("instagram", "insta", "ig"),
    "signal": ("signal",),
}
_ALIKE = 0.8
"""Names that are written so nearly alike are taken for the same."""

_SHORTEST_GUESS = 5
"""A shorter word is taken for a name only if it is one."""

_WISH_WORDS = 12
"""A longer text only mentions a messenger."""


def wished_channel(text: str) -> str | None:
    """Return the messenger in which somebody wants to go on, "" for any, None for no such wish."""
    text = _LETTER.sub(" ", text)
    words = re.findall(r"[\w&]+", text.casefold())
    if not words or len(words) > _WISH_WORDS or not _GOES_ON.search(text):
        return None
    pairs = [first + second for first, second in pairwise(words)]
    for word in [*pairs, *words]:
        channel = _channel(word)
        if channel:
            if channel == "messenger" and _ELSEWHERE.search(text):
                continue  # "in another messenger" names none
            return channel
    return "" if _ELSEWHERE.search(text) else None


def cuts(text: str) -> bool:
    """Say whether somebody wants to cut this address off from the conversation, and no more."""
    words = " ".join(re.findall(r"\w+", text))
    words = re.sub(r"^(bitte|please) | (bitte|please)$", "", words, flags=re.IGNORECASE)
    return _CUT.fullmatch(words) is not None


def _channel(word: str) -> str:
    """Return the messenger that a word names, slips of the finger forgiven, "" for none."""
    for channel, spellings in _SPELLINGS.items():
        if word in spellings:
            return channel
    if len(word) < _SHORTEST_GUESS:
        return ""
    for channel in _SPELLINGS:
        if SequenceMatcher(None, word, channel).ratio() >= _ALIKE:
            return channel
    return ""
