"""GET /api/v1/users/admin/all - search, filter and page through all accounts.

Administrators see all accounts.
"""

from typing import Annotated

from fastapi import Query

from mara.entrypoints.http import ADMIN, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.users.model import UserFilter
from mara.users.schemas import UserOut
from mara.wiring.users import user_administration_service

SEARCH = "Text in the e-mail address, the name or the company."
app = api(access=ADMIN)


@app.get("/api/v1/users/admin/all")
async def list_users(  # noqa: PLR0913 - each is a query parameter
    caller: Caller,
    *,
    search: Annotated[
        str | None,
        Query(description=SEARCH, examples=["anna"], max_length=200, pattern=r"^[^\x00]*$"),
    ] = None,
    role: Annotated[Role | None, Query(description="Only accounts with this role.")] = None,
    active: Annotated[bool | None, Query(description="Only active ones, or only others.")] = None,
    limit: Limit = 20,
    cursor: str | None = None,
) -> PageOut[UserOut]:
    wanted = UserFilter(search, role, active)
    page = user_administration_service().list(caller, wanted, PageRequest.of(limit, cursor))
    return PageOut(items=[UserOut.of(user) for user in page.items], next_cursor=page.next_cursor)


handler = lambda_handler(app)
