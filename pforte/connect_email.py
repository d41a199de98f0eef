"""Take `pforte connect email`: let a house answer mails to an address, through Amazon SES."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from channels.mail import CHANNEL
from channels.mail_tag import untagged
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House, add_house, find_house
from pforte.telling import tell

_ADDRESS = re.compile(r"[a-z0-9._-]{1,64}@([a-z0-9-]+(?:\.[a-z0-9-]+)+)")

TAGGED_UP_TO = 15
"""Characters before the "@" that leave room for a conversation's tag (see `channels.mail_tag`)."""

_HELP = """Let a house answer mails to an address of the domain that it was deployed for.

Makes the domain known to Amazon SES where it is not yet, lets SES hand its mails to the house, and
prints what has to stand in the DNS. Nothing of it is secret: the house sends by its own rights."""


@dataclass(frozen=True)
class Record:
    """A DNS record; `why` says what it is for."""

    name: str
    type: str
    value: str
    why: str


@dataclass(frozen=True)
class Mailbox:
    """What was connected, and what is left to do: `records` to set, `todo` in words."""

    account: str
    sender_name: str
    verified: bool
    records: tuple[Record, ...] = ()
    todo: tuple[str, ...] = ()


def register(channels: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the channel to `pforte connect`."""
    known = channels.add_parser(
        CHANNEL.name,
        help="connect an e-mail address",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known.add_argument("--account", metavar="ADDRESS", required=True, help="service@your.example")
    known.add_argument("--name", default="", help="what stands beside the address in mails")
    add_house(known)
    known.add_argument("--json", action="store_true")
    known.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Connect an address and say what is left to do. Raises Failure."""
    house = find_house(chosen)
    try:
        mailbox = connect(house, chosen.account, chosen.name)
    except (BotoCoreError, ClientError) as error:
        raise Failure(f"AWS says no: {error}") from error
    tell(asdict(mailbox), _report(mailbox), as_json=chosen.json)
    return 0


def connect(house: House, account: str, sender_name: str) -> Mailbox:
    """Store an address, and on AWS prepare SES for its domain. Raises Failure."""
    account = account.strip().lower()
    found = _ADDRESS.fullmatch(account)
    if not found or untagged(account) != account:
        raise Failure(f"{account!r} is no address like service@your.example", CALLED_WRONGLY)
    domain = house.outputs.get("MailDomain")
    if domain is None:
        told = f"this house takes no mails: deploy it with MailDomain={found[1]}"
        raise Failure(f"{told} (sam deploy --parameter-overrides MailDomain={found[1]})")
    if found[1] != domain:
        raise Failure(f"this house takes mails to {domain}, not to {found[1]}", CALLED_WRONGLY)
    if house.local:
        mailbox = Mailbox(account, sender_name, verified=True)
    else:
        mailbox = _prepare(house, account, sender_name, domain)
    house.connect(CHANNEL.name, account, {"sender_name": sender_name})
    return mailbox


def _prepare(house: House, account: str, sender_name: str, domain: str) -> Mailbox:
    ses = house.client("sesv2")
    identity = _identity(ses, domain)
    region = ses.meta.region_name
    todo = [*_activated(house), *_limits(ses)]
    if len(account.partition("@")[0]) > TAGGED_UP_TO:
        todo.append(
            f"More than {TAGGED_UP_TO} characters before the @ leave no room for a tag: answers are"
            " then told by their sender and header alone."
        )
    return Mailbox(
        account,
        sender_name,
        verified=bool(identity.get("VerifiedForSendingStatus")),
        records=_records(identity, domain, region),
        todo=tuple(todo),
    )


def _identity(ses: Any, domain: str) -> Mapping[str, Any]:
    """Return what SES knows of a domain, which it is told of at the first time."""
    try:
        known: Mapping[str, Any] = ses.get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        known = ses.create_email_identity(EmailIdentity=domain)
    return known


def _records(identity: Mapping[str, Any], domain: str, region: str) -> tuple[Record, ...]:
    """Return what the DNS must say (SES developer guide: Easy DKIM, MX record, DMARC)."""
    dkim = identity.get("DkimAttributes", {})
    zone = dkim.get("SigningHostedZone") or "dkim.amazonses.com"
    signing = tuple(
        Record(f"{token}._domainkey.{domain}", "CNAME", f"{token}.{zone}", "shows that it is you")
        for token in dkim.get("Tokens", ())
    )
    return (
        *signing,
        Record(domain, "MX", f"10 inbound-smtp.{region}.amazonaws.com", "brings mails here"),
        Record(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=quarantine", "lets others trust it"),
    )


def _activated(house: House) -> Sequence[str]:
    """Let SES follow the house's rules where it follows none; a set of others is left alone."""
    ours = house.outputs.get("MailRuleSet", "")
    ses = house.client("ses")
    active = ses.describe_active_receipt_rule_set().get("Metadata", {}).get("Name", "")
    if not active:
        ses.set_active_receipt_rule_set(RuleSetName=ours)
    elif active != ours:
        told = (
            f"SES follows the rule set {active!r}, and only one at a time: mails do not come here"
        )
        return (f"{told} until {ours!r} is the active one, or its rule stands in {active!r}.",)
    return ()


def _limits(ses: Any) -> Sequence[str]:
    account = ses.get_account()
    if not account.get("ProductionAccessEnabled"):
        told = "SES has this account in its sandbox: it writes to verified addresses alone."
        return (f"{told} Ask for production access in the SES console.",)
    return ()


def _report(mailbox: Mailbox) -> Sequence[str]:
    told = [f"email is connected: {mailbox.sender_name} <{mailbox.account}>".replace("  ", " ")]
    if mailbox.records:
        state = "verified" if mailbox.verified else "not verified yet"
        told += ["", f"The domain is {state}. In its DNS must stand:"]
        told += [f"  {r.name}  {r.type}  {r.value}  ({r.why})" for r in mailbox.records]
        told += ["  Whoever takes mails for this domain now gets none once the MX record changes."]
    told += [f"\n{line}" for line in mailbox.todo]
    return told
