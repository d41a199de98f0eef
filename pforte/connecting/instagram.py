"""Connect a professional account on Instagram, by either of its two logins."""

from collections.abc import Mapping, Sequence

from pforte.connecting.connector import Connected, Connector, named, same
from pforte.connecting.meta import MESSENGER_FIELDS, NEEDED, me, store, subscribe
from pforte.failure import CALLED_WRONGLY, Failure
from pforte.house.house import House

INSTAGRAM_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "message_reactions",
    "message_edit",
)
"""What an account with Instagram's own login tells."""

DASHBOARD = ("Instagram, Webhooks", ", ".join(INSTAGRAM_FIELDS))

FACEBOOK_HOST, INSTAGRAM_HOST = "graph.facebook.com", "graph.instagram.com"


def connect(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check an account with its login, store the secrets, subscribe. Raises Failure.

    Tokens of Instagram's own login begin with "IG"; that login takes no proof of the app secret,
    which is then first checked by the first webhook. Both are general knowledge.
    """
    by_instagram = given["access_token"].startswith("IG")
    host = given.get("graph_host") or (INSTAGRAM_HOST if by_instagram else FACEBOOK_HOST)
    if host not in {FACEBOOK_HOST, INSTAGRAM_HOST}:
        raise Failure(f"graph_host is {FACEBOOK_HOST} or {INSTAGRAM_HOST}", CALLED_WRONGLY)
    given = {**given, "graph_host": host}
    if host == INSTAGRAM_HOST:
        ours = me(house, "instagram", given, "user_id,username", proved=False)
        told, name, subscribed = str(ours["user_id"]), ours["username"], "me"
        fields: Sequence[str] = INSTAGRAM_FIELDS
    else:
        asked = "id,instagram_business_account{id,username}"
        page = me(house, "instagram", given, asked, proved=True)
        known = page.get("instagram_business_account")
        if not known:
            raise Failure("this page has no professional account on Instagram behind it")
        told, name, subscribed = str(known["id"]), known.get("username", ""), str(page["id"])
        fields = MESSENGER_FIELDS
    account, stored = same(account, told), named(given, str(name))
    connected = store(house, "instagram", account, f"@{name}", stored, DASHBOARD)
    subscribe(house, "instagram", given, subscribed, fields)
    return connected


CONNECTOR = Connector(
    channel="instagram",
    account="the professional account's id; asked of Meta where it is not given",
    needed=NEEDED,
    connect=connect,
)
