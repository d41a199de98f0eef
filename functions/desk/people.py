"""Tell who the people at the desk are."""

from conversation.claim import AGENT_ITEM, agent_key
from desk.agent import Agent
from desk.outside import Outside


class People:
    """Tell agents' names by their ids."""

    def __init__(self, outside: Outside, reader: Agent) -> None:
        self._table = outside.table
        self.reader = reader.id
        self._names = {reader.id: reader.name}

    def name(self, agent: str) -> str:
        """Return an agent's name, "" where nobody has that id."""
        if agent and agent not in self._names:
            body = self._table.item(agent_key(agent), AGENT_ITEM) or {}
            self._names[agent] = str(body.get("name", ""))
        return self._names.get(agent, "")
