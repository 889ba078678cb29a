"""DELETE /api/v1/telegram/monitoring/{rule_id} - delete a monitoring rule.

The texts that it kept for dry runs are deleted at once; its alerts stay.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.delete("/api/v1/telegram/monitoring/{rule_id}", status_code=204)
async def delete_rule(rule_id: UUID, caller: Caller) -> None:
    rule_service().delete(caller, rule_id)


handler = lambda_handler(app)
