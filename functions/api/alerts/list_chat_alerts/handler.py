"""GET /api/v1/telegram/alerts - list what monitoring rules fired on, newest first.

Each alert has the message that it came from, what was answered, after how long, and the feedback.
The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.alerts.model.alert import AlertSourceKind
from mara.alerts.schemas.alert_lists import ChatAlertOut
from mara.alerts.schemas.lists import AlertSort, Since, Until, WantedChatAlerts
from mara.entrypoints.http import ALERTS_READ, USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import NEWEST, Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.alerts import alert_service

app = api(access=USER, scope=ALERTS_READ)


@app.get("/api/v1/telegram/alerts")
async def list_chat_alerts(  # noqa: PLR0913 - each is a query parameter
    caller: Caller,
    listed: Listed,
    *,
    wanted: WantedChatAlerts,
    text: SearchText = None,
    since: Since = None,
    until: Until = None,
    sort: AlertSort = NEWEST,
) -> PageOut[ChatAlertOut]:
    page = listed.request(sort, text=text, since=since, until=until, **wanted)
    found = alert_service().list(caller, page, kind=AlertSourceKind.RULE)
    return page_out(found, ChatAlertOut.with_result)


handler = lambda_handler(app)
