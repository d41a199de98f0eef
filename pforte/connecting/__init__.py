"""Know how accounts at messengers are connected: one module each, one line here."""

from pforte.connecting import instagram, messenger, telegram, whatsapp
from pforte.connecting.connector import Connector

CONNECTORS: dict[str, Connector] = {
    module.CONNECTOR.channel: module.CONNECTOR
    for module in (whatsapp, telegram, messenger, instagram)
}
