"""Books in a table that every database of ours has, for tests that are not about the ledger."""

import json
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

SUM = "SELECT body FROM outbox WHERE queue = %s"


class OutboxBooks:
    """Notes every entry, also those that repeat a business key: a test shall see them."""

    def credit_deposit(
        self, *, owner_id: UUID, network: str, amount_micro_usdt: int, business_key: str
    ) -> None:
        self._note("credit", owner_id, amount_micro_usdt, f"{network}:{business_key}")

    def suspend_deposit(
        self, *, owner_id: UUID, network: str, amount_micro_usdt: int, business_key: str
    ) -> None:
        self._note("suspend", owner_id, amount_micro_usdt, f"{network}:{business_key}")

    def credited(self) -> dict[UUID, int]:
        return self._sums("credit")

    def suspended(self) -> dict[UUID, int]:
        return self._sums("suspend")

    def _note(self, what: str, owner_id: UUID, amount: int, key: str) -> None:
        body = json.dumps({"owner": str(owner_id), "amount": amount, "key": key})
        connection().execute(
            "INSERT INTO outbox (id, queue, body) VALUES (%s, %s, %s)",
            (new_id(), f"books-{what}", body),
        )

    def _sums(self, what: str) -> dict[UUID, int]:
        sums: dict[UUID, int] = {}
        with transaction(SYSTEM):
            rows = connection().execute(SUM, (f"books-{what}",)).fetchall()
        for (body,) in rows:
            noted = json.loads(body)
            owner_id = UUID(noted["owner"])
            sums[owner_id] = sums.get(owner_id, 0) + noted["amount"]
        return sums
