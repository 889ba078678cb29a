"""PATCH /api/v1/telegram/monitoring/{rule_id} - change the settings of a monitoring rule.

The body is a JSON merge patch (RFC 7396). Texts for dry runs that the rule no longer reads are
deleted at once; alerts stay.
"""

from uuid import UUID

from mara.alerts.schemas.rule_changes import RulePatch
from mara.alerts.schemas.rules import RuleOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.patch import MEDIA_TYPES
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.patch("/api/v1/telegram/monitoring/{rule_id}")
async def change_rule(rule_id: UUID, body: RulePatch, caller: Caller) -> RuleOut:
    return RuleOut.of(rule_service().change(caller, rule_id, body.changes()))


handler = lambda_handler(app, media_types=MEDIA_TYPES)
