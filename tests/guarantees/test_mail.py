"""Mails on the real handlers: answered once, in their thread, never by a program to a program."""

import json
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest

from aws.mailer import Answer as SesAnswer
from aws.mailer import NotReached
from conversation.bot import Answer, Heard
from conversation.errors import Unavailable
from conversation.event import Reply
from conversation.message import Attachment, Content
from conversation.turn import ActionCall
from conversation.understanding import Understanding
from tests.guarantees.bot import EchoBot
from tests.guarantees.house import MINUTE
from tests.guarantees.post import OURS, THEIRS, PostHouse, plain, sns, tag_of

CONVERSATION = f"email:{OURS}:{THEIRS}"


@pytest.fixture
def house() -> PostHouse:
    return PostHouse(EchoBot())


def test_a_mail_is_answered_by_one_mail_in_its_thread(house: PostHouse) -> None:
    """All that a turn says is one mail; mail programs put it under the customer's."""
    house.mail("When do you open?", "Subject: Hours", "References: <old@example.com>")
    house.rest()
    [answer] = house.ses.sent
    assert plain(answer) == "disclosure\n\nre: When do you open?"
    assert answer["Subject"] == "Re: Hours"
    assert answer["In-Reply-To"] == "<mail-1@example.com>"
    assert answer["References"] == "<old@example.com> <mail-1@example.com>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert str(answer["From"]) == f"Stadtwerke Müller <{OURS}>"
    assert tag_of(answer).endswith("@stadtwerke.example")
    [record] = house.table.all_records(house.conversation_of())
    ours = [message.id for message in record.messages if message.author != "customer"]
    assert record.states == dict.fromkeys(ours, "sent")
    assert record.provider_ids == dict.fromkeys(ours, ("ses-1",))


def test_a_mail_that_comes_again_is_the_same_mail(house: PostHouse) -> None:
    """SES calls again, and a server sends again under another id of SES's: one answer."""
    event = house.mail("When do you open?", "Message-ID: <same@example.com>")
    house.rest()
    house.forget_deduplication()
    house.tell(event)
    house.mail("When do you open?", "Message-ID: <same@example.com>")
    house.rest()
    assert house.ses.texts()[1:] == []
    assert [author for author, _ in house.kept()].count("customer") == 1


def test_what_a_person_writes_goes_into_the_thread_as_a_person_s(house: PostHouse) -> None:
    """An agent's mail answers the customer's newest one, and is no automatic mail."""
    house.mail("I want a person please.", "Subject: Move")
    house.rest()
    house.mail("My number is 4711.", "Subject: Re: Move", "In-Reply-To: <mail-1@example.com>")
    house.rest()
    before = len(house.ses.sent)
    claimed = house.claim(THEIRS, channel="email")
    house.reply("Good morning!", claimed.epoch, THEIRS, channel="email")
    house.rest()
    reply = house.ses.sent[-1]
    assert len(house.ses.sent) > before
    assert plain(reply) == "Good morning!"
    assert reply["Auto-Submitted"] is None
    assert reply["In-Reply-To"] == "<mail-2@example.com>"
    assert reply["Subject"] == "Re: Move"


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "Subject: Automatische Antwort: Re: Hours",
    ],
)
@pytest.mark.parametrize("tagged", [False, True])
def test_a_program_s_mail_is_kept_and_not_answered(
    house: PostHouse, field: str, tagged: bool
) -> None:
    """Who is away until Monday is seen by the agent; the bot answers no program."""
    house.mail("When do you open?")
    house.rest()
    house.mail("Away until Monday?", field, to=tag_of(house.ses.sent[0]) if tagged else OURS)
    house.rest()
    assert len(house.ses.sent) == 1
    assert house.kept()[-1] == ("customer", "Away until Monday?")


@pytest.mark.parametrize("field", ["Return-Path: <>", "X-Pforte-Message: c.1.00"])
def test_reports_and_our_own_mails_are_nobody_s_words(house: PostHouse, field: str) -> None:
    """What comes back from servers or from ourselves stands in no thread."""
    house.mail("Undelivered?", field)
    house.mail("Hello?", sender=OURS)
    house.rest()
    assert house.ses.sent == []
    assert house.table.all_conversations() == {}


def test_a_mail_from_another_address_of_ours_is_not_answered(house: PostHouse) -> None:
    """Two addresses of one house do not talk to each other for ever."""
    house.vault.connected["email", "billing@stadtwerke.example"] = {}
    house.mail("Hello?", sender="billing@stadtwerke.example")
    house.rest()
    assert house.ses.sent == []
    assert house.table.all_conversations() == {}


def test_a_program_that_does_not_tell_is_not_answered_for_ever(house: PostHouse) -> None:
    """The same words again within the hour are kept and not answered; other words are."""
    for _ in range(5):
        house.mail("We have received your mail?")
        house.rest()
        house.now += MINUTE
    assert len(house.ses.sent) == 1
    assert [author for author, _ in house.kept()].count("customer") == 5
    house.mail("When do you open?")
    house.rest()
    assert len(house.ses.sent) == 2


@pytest.mark.parametrize("verdict", ["virus", "spam"])
def test_bad_mail_is_kept_away_from_people(house: PostHouse, verdict: str) -> None:
    """What SES found bad lies in the bucket, and nobody is written to."""
    house.mail("Buy this?", **{verdict: "FAIL"})
    house.rest()
    assert house.ses.sent == []
    assert house.table.all_conversations() == {}
    assert "raw/email/stored1" in house.archive.objects


def test_a_doubtful_verdict_hides_no_customer(house: PostHouse) -> None:
    """Only what SES is sure of counts."""
    house.mail("When do you open?", spam="GRAY", virus="PROCESSING_FAILED")
    house.rest()
    assert len(house.ses.sent) == 1


class KnowingBot(EchoBot):
    """A bot that says whether it still knows who writes, and knows it from then on."""

    def answer(
        self,
        understanding: Understanding,
        tracker: bytes,
        heard: Heard,
    ) -> Generator[ActionCall, dict[str, Any], Answer]:
        """Answer whether it is known who writes."""
        known = "unknown" if "verified" in heard.slots else "known"
        return Answer(contents=(Content(text=f"{known}: {understanding.text}"),), verified=True)
        yield  # a generator, as the protocol wants it


@pytest.mark.parametrize("dmarc", ["FAIL", "GRAY", "PROCESSING_FAILED"])
def test_nobody_is_taken_for_verified_by_a_mail_that_nobody_vouches_for(dmarc: str) -> None:
    """From can be forged: who it was shown to be does not carry over to such a mail."""
    house = PostHouse(KnowingBot())
    house.mail("One?")
    house.rest()
    house.mail("Two?")
    house.rest()
    house.mail("Three?", dmarc=dmarc)
    house.rest()
    words = [text.rpartition("\n")[2] for text in house.ses.texts()]
    assert words == ["unknown: One?", "known: Two?", "unknown: Three?"]


def test_a_signed_tag_does_not_open_somebody_else_s_conversation(house: PostHouse) -> None:
    """Who gets hold of a tagged address writes in a conversation of their own."""
    house.mail("When do you open?")
    house.rest()
    address = tag_of(house.ses.sent[0])
    before = house.kept()
    house.mail("And the secret?", sender="mallory@example.net", to=address)
    house.rest()
    assert house.kept() == before
    assert house.ses.sent[-1]["To"] == "mallory@example.net"
    assert ("system", "answers_another_sender") in house.kept("mallory@example.net")
    assert "When do you open" not in plain(house.ses.sent[-1])
    house.mail("Thank you, and on Sunday?", to=address)
    house.rest()
    assert ("customer", "Thank you, and on Sunday?") in house.kept()
    assert ("system", "answers_another_sender") not in house.kept()


def test_a_code_in_a_forged_mail_links_nothing(house: PostHouse) -> None:
    """Who writes in another's name does not get that one's mails into a conversation of theirs."""
    house.mail("PF-K7QM2-9XDTR?", dmarc="FAIL")
    house.rest()
    assert house.ses.texts() == ["disclosure\n\nre: PF-K7QM2-9XDTR?"]


def test_a_bounce_is_a_failed_delivery(house: PostHouse) -> None:
    """A mail that comes back is shown as failed, and nothing more is sent there."""
    house.mail("When do you open?")
    house.rest()
    bounced = {"emailAddress": THEIRS, "action": "failed", "status": "5.1.1"}
    house.tell(sns("Delivery", "ses-1", recipients=[THEIRS]))
    house.tell(sns("Bounce", "ses-1", bounceType="Permanent", bouncedRecipients=[bounced]))
    house.rest()
    records = house.table.all_records(house.conversation_of())
    assert 9 in records[0].receipts.values()
    assert ("system", "delivery_failed: not_reachable (5.1.1)") in house.kept()
    assert len(house.ses.sent) == 1
    assert house.table.all_conversations()[house.conversation_of()].blocked == (CONVERSATION,)


def _dsn(returned: str) -> tuple[str, str]:
    """Return field and body of a server's report that a mail of ours came back."""
    parts = (
        "--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n",
        f"Final-Recipient: rfc822; {THEIRS}\nAction: failed\nStatus: 5.1.1\n",
        f"--r\nContent-Type: text/rfc822-headers\n\n{returned}\n",
        "--r--\n",
    )
    return 'Content-Type: multipart/report; boundary="r"', "\n".join(parts)


def test_a_report_in_the_mailbox_counts_by_the_id_that_ses_gave(house: PostHouse) -> None:
    """A server's own report fails the mail; one that only guesses our reference fails nothing."""
    house.mail("When do you open?")
    house.rest()
    [record] = house.table.all_records(house.conversation_of())
    for message in record.messages:
        field, body = _dsn(f"X-Pforte-Message: {message.id}\nMessage-ID: <made@up.example>")
        with suppress(Unavailable):  # it may be about a mail that is not recorded yet
            house.mail(body, field, "Return-Path: <>", sender="mallory@example.net")
    house.rest()
    assert house.table.all_records(house.conversation_of())[0].receipts == {}
    field, body = _dsn("Message-ID: <ses-1@eu-central-1.amazonses.com>")
    house.mail(body, field, "Return-Path: <>", sender="mailer-daemon@example.com")
    house.rest()
    assert ("system", "delivery_failed: not_reachable (5.1.1)") in house.kept()


def test_a_report_from_the_future_does_not_come_again_for_ever(house: PostHouse) -> None:
    """What is about no mail of ours is given up in time, whatever date it bears."""
    field, body = _dsn("Message-ID: <nobody-s@eu-central-1.amazonses.com>")
    fields = (field, "Return-Path: <>", "Date: Sun, 22 Nov 2099 10:00:00 +0000")
    with pytest.raises(Unavailable):
        house.mail(body, *fields)
    house.now += 11 * MINUTE
    house.tell(house.event("stored1"))
    assert house.table.all_conversations() == {}


def test_an_absence_that_ses_takes_for_a_bounce_is_no_failure(house: PostHouse) -> None:
    """Never a wrong "failed": a transient bounce counts only where a server says that it failed."""
    house.mail("When do you open?")
    house.rest()
    absent = {"emailAddress": THEIRS}
    house.tell(sns("Bounce", "ses-1", bounceType="Transient", bouncedRecipients=[absent]))
    house.rest()
    [record] = house.table.all_records(house.conversation_of())
    assert 9 not in record.receipts.values()
    given_up = {"emailAddress": THEIRS, "action": "failed", "status": "4.4.7"}
    house.tell(sns("Bounce", "ses-1", bounceType="Transient", bouncedRecipients=[given_up]))
    house.rest()
    assert ("system", "delivery_failed: provider_error (4.4.7)") in house.kept()


def test_who_calls_our_mail_spam_gets_no_more_of_it(house: PostHouse) -> None:
    """A complaint blocks the address until its owner writes again."""
    house.mail("When do you open?")
    house.rest()
    house.tell(sns("Complaint", "ses-1", complainedRecipients=[{"emailAddress": THEIRS}]))
    house.rest()
    assert house.table.all_conversations()[house.conversation_of()].blocked == (CONVERSATION,)


def test_a_mail_that_is_not_yet_stored_comes_again(house: PostHouse) -> None:
    """What cannot be read now is not lost: Lambda calls again."""
    with pytest.raises(Unavailable):
        house.tell(house.event("nowhere"))


def test_a_call_that_failed_comes_again_through_a_queue(house: PostHouse) -> None:
    """What Lambda set aside holds SES's call, and means the same."""
    event = house.mail("When do you open?")
    house.inbound_queue.groups.clear()  # as if it had failed
    house.forget_deduplication()
    aside = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
    house.tell({"Records": [{"eventSource": "aws:sqs", "body": json.dumps(aside)}]})
    house.rest()
    assert len(house.ses.sent) == 1


def test_mail_to_an_address_that_is_not_connected_is_left_alone(house: PostHouse) -> None:
    """Nobody is answered from an address that the house does not know."""
    house.mail("Hello?", to="elsewhere@stadtwerke.example")
    house.rest()
    assert house.table.all_conversations() == {}


def test_what_was_cut_can_be_read_in_whole(house: PostHouse) -> None:
    """The thread shows what was written now, the archive all of it; card numbers in neither."""
    body = "Yes, 4111 1111 1111 1111?\n\nOn Monday 10:00 S <s@example.com> wrote:\n> Is it yours?\n"
    house.mail(body, "Subject: 4111 1111 1111 1111")
    house.rest()
    [record] = house.table.all_records(house.conversation_of())
    kept = record.messages[0].content
    assert "Is it yours" not in kept.text
    whole = house.archive.objects[kept.archive].decode()
    assert "> Is it yours?" in whole
    everything = record.to_json() + whole + plain(house.ses.sent[0])
    assert "4111 1111 1111 1111" not in everything
    assert "4111 1111 1111 1111" not in str(house.ses.sent[0]["Subject"])


def test_an_unknown_end_is_marked_at_all_that_went_out_together(house: PostHouse) -> None:
    """SES may have taken the mail: it goes out again, and every part of it says so."""
    house.ses.answers = [Unavailable("timed out")]
    house.mail("When do you open?")
    house.rest()
    assert len(house.ses.sent) == 1
    [record] = house.table.all_records(house.conversation_of())
    ours = {message.id for message in record.messages if message.author != "customer"}
    assert set(record.unknown) == ours
    assert set(record.states.values()) == {"sent"}


def test_what_was_certainly_not_sent_leaves_no_doubt(house: PostHouse) -> None:
    """No connection, or a limit of SES's: it goes out later, once."""
    house.ses.answers = [
        NotReached("no route"),
        SesAnswer(429, "", "TooManyRequestsException", "Maximum sending rate exceeded."),
    ]
    house.mail("When do you open?")
    house.rest()
    assert len(house.ses.sent) == 1
    [record] = house.table.all_records(house.conversation_of())
    assert record.unknown == ()


def test_a_refusal_is_told_and_the_conversation_goes_to_a_person(house: PostHouse) -> None:
    """Every message of the mail is shown as failed, with the reason."""
    house.ses.answers = [SesAnswer(400, "", "MessageRejected", "Email address is not verified.")]
    house.mail("When do you open?")
    house.rest()
    record = house.table.all_records(house.conversation_of())[0]
    assert set(record.states.values()) == {"failed"}
    assert set(record.reasons.values()) == {"account_restricted (MessageRejected)"}
    assert house.table.all_conversations()[house.conversation_of()].assignee == "queue"


def test_an_agent_s_file_hangs_on_the_mail(house: PostHouse) -> None:
    """The file goes as a part of the mail; one that is gone is told, and no mail goes."""
    house.mail("I want a person please.")
    house.rest()
    claimed = house.claim(THEIRS, channel="email")
    for place, kept in (("c/e/0", b"%PDF"), ("c/e/1", None)):
        if kept:
            house.files[place] = kept
        paper = Attachment(kind="document", place=place, mime_type="application/pdf")
        event = Reply(
            id=place,
            at=house.now,
            agent="anna",
            epoch=claimed.epoch,
            text="Your bill.",
            attachments=(paper,),
        )
        house.inbound.send(house.conversation_of(), event)
        house.rest()
    mails = [mail for mail in house.ses.sent if plain(mail) == "Your bill."]
    [part] = mails[0].iter_attachments()
    assert part.get_content() == b"%PDF"
    assert len(mails) == 1
    assert ("system", "delivery_failed: bad_request (FileGone)") in house.kept()


def test_a_claim_takes_the_bot_s_part_out_of_a_mail(house: PostHouse) -> None:
    """What the bot decided before a claim is not sent; what the house has to say is."""
    house.mail("I want a person please.")
    house.rest()
    house.mail("When do you open?")
    house.converse()
    house.claim(THEIRS, channel="email")
    house.rest()
    assert not any("re: When do you open?" in text for text in house.ses.texts())
    states = [record.states for record in house.table.all_records(house.conversation_of())]
    assert "withdrawn" in {state for found in states for state in found.values()}
    assert all(None not in found.values() for found in states)
