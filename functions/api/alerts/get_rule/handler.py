"""GET /api/v1/telegram/monitoring/{rule_id} - get a monitoring rule.

With it comes how often it fired, and when it did so last.
"""

from uuid import UUID

from mara.alerts.schemas.rules import RuleOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.get("/api/v1/telegram/monitoring/{rule_id}")
async def get_rule(rule_id: UUID, caller: Caller) -> RuleOut:
    return RuleOut.of(rule_service().get(caller, rule_id))


handler = lambda_handler(app)
