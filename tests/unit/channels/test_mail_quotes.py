"""Quoted mails and signatures are cut; what a customer wrote never is."""

import pytest

from channels.mail_quotes import own_words
from channels.mail_read import read


@pytest.mark.parametrize(
    "quoted",
    [
        "> Frage?\n> Grüße",
        "Am 22.11.2026 um 10:00 schrieb Service <s@example.com>:\n> Frage?",
        "Am So., 22. Nov. 2026 um 10:00 Uhr schrieb Service <\ns@example.com>:\n\n> Frage?",
        "Am 22.11.26 um 10:00 schrieb Service:\n\nFrage?\nGrüße",
        "Am Sonntag, 22. November 2026 um 10:00 MEZ hat S <s@example.com> geschrieben:\n\nFrage?",
        "On Sun, Nov 22, 2026 at 10:00 AM Service <s@example.com> wrote:\n> Question?",
        "On Sun, Nov 22, 2026 at 10:00 AM Service\n<s@example.com> wrote:\n\n> Question?",
        "-----Ursprüngliche Nachricht-----\nVon: Service\nFrage?",
        "-----Original Message-----\nFrom: Service\nQuestion?",
        "________________\nVon: S <s@example.com>\nGesendet: heute\nAn: E\nBetreff: x\n\nFrage?",
        "From: Service <s@example.com>\nSent: Sunday\nTo: Erika\nSubject: Question\n\nQuestion?",
        "Gesendet: Sonntag, 22. November 2026\nVon: Service\nAn: Erika\nBetreff: x\nFrage?",
        "*Von:* Service\n*Gesendet:* heute\n*An:* Erika\n*Betreff:* Frage\n\nFrage?",
    ],
)
def test_a_quoted_mail_is_cut(quoted: str) -> None:
    """German and English mail programs say in many ways what they quote."""
    assert own_words(f"Ja, gern.\n\nKundennummer 12345\n\n{quoted}") == (
        "Ja, gern.\n\nKundennummer 12345"
    )


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nErika Müller\nMusterstraße 1",
        "--\nErika Müller",
        "Von meinem iPhone gesendet",
        "Sent from my iPhone",
        "Gesendet mit der GMX Mail App",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Get Outlook for iOS",
    ],
)
def test_a_signature_is_cut(signature: str) -> None:
    """What stands below "-- ", and what a device adds, nobody wrote now."""
    assert own_words(f"Ja, gern.\n\n{signature}") == "Ja, gern."
    assert own_words(f"Ja, gern.\n\n{signature}\n\n> Frage?") == "Ja, gern."


@pytest.mark.parametrize(
    "text",
    [
        "Guten Tag,\nAm 3. Mai um 14:30 Uhr schrieb ich Ihnen folgendes:\nMein Zähler ist defekt.",
        "Guten Tag,\nAm Montag schrieb mir Ihr Kollege:\nSie müssen zahlen.",
        "Ich ziehe um.\nVon: Altstraße 1\nAn: Neustraße 2\nDatum: 1. Dezember",
        "Mit freundlichen Grüßen\nErika Müller\nKundennummer 12345",
        "-- \nnur das",
        "> nur ein Zitat",
        "Die Kündigung liegt bei.\nGesendet mit Einschreiben am 3. Mai.",
        "Mein Stand -- 4711 -- stimmt.",
        "---------- Forwarded message ---------\nFrom: Werk <w@example.com>\nSubject: x\n> Text",
        "Siehe.\n\n-------- Weitergeleitete Nachricht --------\nVon: Werk\nBetreff: x\n> Text",
        "",
    ],
)
def test_what_may_be_the_customers_own_stays(text: str) -> None:
    """Where it is not certain, nothing is cut, and never all."""
    assert own_words(text) == text.strip()


def test_answers_between_quoted_lines_stay() -> None:
    """The quoted questions go, in an answer below each and below them all."""
    text = "Am 22.11.26 um 10:00 schrieb S <s@example.com>:\n> Wann?\nMontag.\n> Wo?\nZu Hause.\n"
    assert own_words(text) == "Montag.\nZu Hause."


def test_the_original_is_kept_and_a_forwarded_mail_is_read_whole() -> None:
    """What was cut can be looked up; "WG:" brings a mail that is to be read."""
    body = "Ja.\n\n> Frage?"
    cut = read(f"From: a@example.com\nSubject: AW: x\n\n{body}".encode())
    assert (cut.text, cut.original) == ("Ja.", body)
    for subject in ("WG: x", "Fwd: x", "FW: x"):
        whole = read(f"From: a@example.com\nSubject: {subject}\n\n{body}".encode())
        assert whole.text == body
