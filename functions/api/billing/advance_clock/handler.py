"""POST /api/v1/admin/users/{user_id}/clock - move a user's billing time forward.

What became due is done at once: trials, renewals, reminders, grace and usage periods. Only the
local stage allows it; sessions, deposits and the ledger stay on real time.
"""

from datetime import timedelta
from uuid import UUID

from mara.billing.schemas.billing_clock import BillingClockOut, ClockAdvanceIn
from mara.entrypoints.http import SUPERUSER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.billing_clock import billing_clock_service
from mara.wiring.users import user_administration_service

app = api(access=SUPERUSER)


@app.post("/api/v1/admin/users/{user_id}/clock")
async def advance_clock(user_id: UUID, body: ClockAdvanceIn, caller: Caller) -> BillingClockOut:
    user = user_administration_service().get(caller, user_id)
    moved = billing_clock_service().advance(user.id, timedelta(seconds=body.advance_s))
    return BillingClockOut(billing_time=moved)


handler = lambda_handler(app)
