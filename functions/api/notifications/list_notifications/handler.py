"""GET /api/v1/notifications - list the caller's notices, unread ones first.

The texts are in the language of the account. Notices are kept for 180 days. The list is paged: send
`next_cursor` of a page as `cursor` of the next request.
"""

from mara.entrypoints.http import USER, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.notifications.schemas.notices import NoticeOut, NoticeSort, OnlyUnread, WantedNoticeKind
from mara.wiring.notices import notice_service

app = api(access=USER)


@app.get("/api/v1/notifications")
async def list_notifications(
    caller: Caller,
    listed: Listed,
    *,
    unread: OnlyUnread = None,
    kind: WantedNoticeKind = None,
    sort: NoticeSort = "-unread",
) -> PageOut[NoticeOut]:
    wanted = None if unread is None else int(unread)
    page, language = notice_service().list(caller, listed.request(sort, unread=wanted, kind=kind))
    return page_out(page, lambda notice: NoticeOut.of(notice, language))


handler = lambda_handler(app)
