"""POST /api/v1/telegram/monitoring - create a rule that makes alerts of messages of chats.

Each of the conditions that are given must hold. A message fires a rule once, also if it is edited
or copied from a channel into its discussion group.
"""

from mara.alerts.schemas.rules import RuleIn, RuleOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.post("/api/v1/telegram/monitoring", status_code=201)
async def create_rule(body: RuleIn, caller: Caller) -> RuleOut:
    return RuleOut.of(rule_service().create(caller, body.to_settings()))


handler = lambda_handler(app)
