"""Connect a page on Facebook Messenger, named by its id."""

from collections.abc import Mapping

from pforte.connecting.connector import Connected, Connector, same
from pforte.connecting.meta import MESSENGER_FIELDS, NEEDED, me, store, subscribe
from pforte.house.house import House

DASHBOARD = ("Messenger, Settings, Webhooks", ", ".join(MESSENGER_FIELDS))


def connect(house: House, account: str, given: Mapping[str, str]) -> Connected:
    """Check a page and its app with Meta, store the secrets, subscribe. Raises Failure."""
    page = me(house, "messenger", given, "id,name", proved=True)
    account = same(account, str(page["id"]))
    name = str(page.get("name", ""))
    connected = store(house, "messenger", account, name, given, DASHBOARD)
    subscribe(house, "messenger", given, str(page["id"]), MESSENGER_FIELDS)
    return connected


CONNECTOR = Connector(
    channel="messenger",
    account="the page's id; asked of Meta where it is not given",
    needed=NEEDED,
    connect=connect,
)
