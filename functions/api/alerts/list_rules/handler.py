"""GET /api/v1/telegram/monitoring - list the caller's monitoring rules, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.alerts.schemas.rules import RuleOut, WantedRules
from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.rules import rule_service

app = api(access=USER)


@app.get("/api/v1/telegram/monitoring")
async def list_rules(
    caller: Caller, listed: Listed, wanted: WantedRules, text: SearchText = None
) -> PageOut[RuleOut]:
    page = listed.request(**wanted, text=text)
    return page_out(rule_service().list(caller, page), RuleOut.of)


handler = lambda_handler(app)
