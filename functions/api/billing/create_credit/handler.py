"""POST /api/v1/admin/users/{user_id}/credit - create a credit by hand, or take one back.

With `amount` the user gets money of the platform; with `reverses` what is left of an earlier credit
is taken back. Each has a reason and is a transfer of the ledger. A subscription that waits for
money is charged within a minute. The sum of a day (UTC) is limited for all superusers together.
Send an `Idempotency-Key`: without one, a repeated request gives twice.
"""

from uuid import UUID

from mara.billing.schemas.credits import CreditIn, CreditOut
from mara.entrypoints.http import SUPERUSER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.credits import credit_service

app = api(access=SUPERUSER)


@app.post("/api/v1/admin/users/{user_id}/credit", status_code=201)
async def create_credit(user_id: UUID, body: CreditIn, caller: Caller) -> CreditOut:
    service = credit_service()
    if body.amount is not None:
        return CreditOut.of(service.give(caller, user_id, body.amount, body.reason))
    return CreditOut.of(service.take_back(caller, user_id, body.credit_id, body.reason))


handler = lambda_handler(app)
