"""What the owner of a bot may read in a chat, from the ledger and the agents."""

from dataclasses import dataclass
from uuid import UUID

from mara.agents.errors import AgentNotFound
from mara.agents.ports import Agents
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.service import BalanceService


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Implements ``OwnerFacts``."""

    balances: BalanceService
    agents: Agents
    unit_of_work: UnitOfWork

    def available(self, owner_id: UUID) -> int:
        """Return the available balance in micro-USDT."""
        return self.balances.get(Principal(owner_id, Role.USER)).available

    def agent_name(self, owner_id: UUID, agent_id: UUID) -> str | None:
        """Return the name of the agent; None if it was deleted."""
        with self.unit_of_work(owner_id):
            try:
                return self.agents.get(owner_id, agent_id).settings.name
            except AgentNotFound:
                return None
