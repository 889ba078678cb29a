"""POST /api/v1/telegram/monitoring/{rule_id}/test - show what a rule makes of texts.

Without a text it is tried on what its chats said in the last 7 days, as far as the texts are
kept. Nothing is posted, stored or charged.
"""

from uuid import UUID

from mara.alerts.schemas.rule_trials import TrialIn, TrialOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_trials

app = api(access=USER, per_minute=20)


@app.post("/api/v1/telegram/monitoring/{rule_id}/test")
async def test_rule(rule_id: UUID, body: TrialIn, caller: Caller) -> TrialOut:
    if body.text is not None:
        return TrialOut.of_text(rule_trials().try_text(caller, rule_id, body.text))
    return TrialOut.of_chats(rule_trials().try_chats(caller, rule_id))


handler = lambda_handler(app)
