"""PUT /api/v1/telegram/monitoring/{rule_id} - replace the settings of a monitoring rule.

Texts for dry runs that the rule no longer reads are deleted at once; alerts stay.
"""

from uuid import UUID

from mara.alerts.schemas.rules import RuleIn, RuleOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.put("/api/v1/telegram/monitoring/{rule_id}")
async def replace_rule(rule_id: UUID, body: RuleIn, caller: Caller) -> RuleOut:
    return RuleOut.of(rule_service().replace(caller, rule_id, body.to_settings()))


handler = lambda_handler(app)
