"""Mask card numbers and secrets in what a customer wrote, before anything keeps it.

Of what agents write, card numbers alone.

An IBAN stays: it is printed on every invoice, and requests are about it.
"""

import json
import re

from conversation.iban import ibans
from conversation.message import Content

HIDDEN = "••••"

_CARD_DIGITS = range(13, 20)
"""So many digits has a card's number (ISO/IEC 7812); it never begins with 0."""

_PHONE_DIGITS = 15
"""A number after `+` is a phone's, if it has no more digits (E.164)."""

_NUMBER = re.compile(r"\+?\d+(?:[ \t\u00a0\u2009\u202f.,/_–\-]{1,3}\d+)*")
_GROUP = re.compile(r"\d+")

_CODE = re.compile(
    r"(?<!\w)(?:(?:kreditkarten-?|karten-?|konto-?|bank-?|handy-?|sim-?|i?[te]an-?|sms-?|mobile)?"
    r"(?:pin|puk|tan|cvv2?|cvc2?|otp|one[- ]time (?:code|password)|"
    r"(?:karten)?prüf(?:nummer|ziffer|code)|sicherheitscode|security code|einmal(?:code|passwort)))"
    r"(?:[ -]?(?:nummer|number|code|nr\.?))?"
    r"(?: (?:ist|is|lautet|heißt|war|was|von|of|für|for|meine[rn]?|my|die|der|the|karte|card))*"
    r"\s{0,2}[:=]?\s{0,2}(?P<secret>\d(?:[ -]?\d){2,7})(?![\w€$]|[.,]\d)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"(?<!\w)(?:\w{0,20}(?:passwor[td]|kennwort|passphrase)|pwd|pw)"
    r"(?:(?: (?:ist|is|lautet|heißt|war|was))?\s{0,2}[:=]\s{0,2}| (?:ist|is|lautet|heißt|war|was) )"
    r"(?P<secret>[^\s,;]{3,64})",
    re.IGNORECASE,
)
_EXPIRY_AND_CODE = re.compile(
    rf"({HIDDEN} \d{{4}}\W{{1,3}}\d{{2}}/\d{{2,4}}\W{{1,3}})\d{{3,4}}(?!\d)"
)
_NO_PASSWORD = re.compile(
    r"vergessen|verloren|falsch|weg|ungültig|abgelaufen|gesperrt|unbekannt|zurücksetzen|ändern|neu|"
    r"forgotten|lost|wrong|invalid|expired|locked|unknown|reset|change|new",
    re.IGNORECASE,
)
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?')


def masked(content: Content) -> Content:
    """Return a content as it may be queued, stored and logged."""
    attachments = tuple(
        each.model_copy(
            update={"text": masked_text(each.text), "filename": masked_text(each.filename)}
        )
        for each in content.attachments
    )
    return content.model_copy(
        update={
            "text": masked_text(content.text),
            "subject": masked_text(content.subject),
            "attachments": attachments,
        }
    )


def masked_text(text: str) -> str:
    """Return a text with its card numbers (last four digits stay) and secrets hidden."""
    return _PASSWORD.sub(_hide_password, _CODE.sub(_hide_secret, masked_cards(text)))


def masked_cards(text: str) -> str:
    """Return a text with its card numbers hidden, and nothing else: for what agents write.

    They send codes and passwords that the customer needs; a card's number nobody sends.
    """
    shown, at = "", 0
    for account in ibans(text):
        shown += (
            _NUMBER.sub(_hide_cards, text[at : account.start]) + text[account.start : account.end]
        )
        at = account.end
    shown += _NUMBER.sub(_hide_cards, text[at:])
    return _EXPIRY_AND_CODE.sub(rf"\1{HIDDEN}", shown)


def masked_json(body: bytes) -> bytes:
    """Return a JSON document with the card numbers and secrets in its strings hidden."""
    text = body.decode("utf-8", "replace")
    return _JSON_STRING.sub(_masked_string, text).encode("utf-8", "replace")


def is_card(digits: str) -> bool:
    """Say whether digits are a card's number: length, first digit, and Luhn's check."""
    if len(digits) not in _CARD_DIGITS or int(digits[0]) == 0 or len(set(digits)) == 1:
        return False
    twice = [int(digit) * 2 for digit in digits[-2::-2]]
    once = [int(digit) for digit in digits[-1::-2]]
    return (sum(once) + sum(value - 9 if value > 9 else value for value in twice)) % 10 == 0


def _hide_cards(match: re.Match[str]) -> str:
    """Hide every card number that whole groups of digits make."""
    text = match[0]
    groups = [group.span() for group in _GROUP.finditer(text)]
    shown, first, at = "", 0, 0
    while first < len(groups):
        begin = groups[first][0]
        end = _end_of_card(text, groups, first)
        first += 1
        if end is None:
            continue
        digits = "".join(_GROUP.findall(text[begin:end]))
        shown += f"{text[at:begin]}{HIDDEN} {digits[-4:]}"
        at = end
        while first < len(groups) and groups[first][0] < end:
            first += 1
    return shown + text[at:]


def _end_of_card(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """Return where the longest card number ends that begins with a group of digits."""
    digits, longest = "", None
    begin = groups[first][0]
    for start, end in groups[first : first + _CARD_DIGITS.stop]:
        digits += text[start:end]
        if len(digits) >= _CARD_DIGITS.stop:
            break
        is_phone = text[begin - 1 : begin] == "+" and len(digits) <= _PHONE_DIGITS
        if is_card(digits) and not is_phone:
            longest = end
    return longest


def _hide_secret(match: re.Match[str]) -> str:
    return match[0][: match.start("secret") - match.start()] + HIDDEN


def _hide_password(match: re.Match[str]) -> str:
    """Hide a password; a word that only says what is wrong with it stays."""
    secret = match["secret"]
    told = match[0].removesuffix(secret).rstrip().endswith((":", "="))
    is_word = secret.rstrip(".!?)").isalpha()
    if is_word and (not told or _NO_PASSWORD.fullmatch(secret.rstrip(".!?)"))):
        return match[0]
    return _hide_secret(match)


def _masked_string(match: re.Match[str]) -> str:
    try:
        value = json.loads(match[0], strict=False)
    except ValueError:  # the body was no JSON: then what stands there is taken as it is
        return masked_text(match[0])
    hidden = masked_text(value)
    return match[0] if hidden == value else json.dumps(hidden)
