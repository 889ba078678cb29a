"""GET /api/v1/users/admin/all - search, filter and page through all accounts.

Administrators see all accounts.
"""

from typing import Annotated

from fastapi import Query

from mara.entrypoints.http import ADMIN, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.entrypoints.principal import Caller
from mara.kernel.principal import Role
from mara.users.model import UserFilter
from mara.users.schemas import UserOut, UserSort
from mara.wiring.users import user_administration_service

SEARCH = "Text in the e-mail address, the name or the company."
app = api(access=ADMIN)


@app.get("/api/v1/users/admin/all")
async def list_users(  # noqa: PLR0913 - each is a query parameter
    caller: Caller,
    listed: Listed,
    *,
    search: Annotated[
        str | None,
        Query(description=SEARCH, examples=["anna"], max_length=200, pattern=r"^[^\x00]*$"),
    ] = None,
    role: Annotated[Role | None, Query(description="Only accounts with this role.")] = None,
    active: Annotated[bool | None, Query(description="Only active ones, or only others.")] = None,
    sort: UserSort = "-created_at",
) -> PageOut[UserOut]:
    wanted = UserFilter(search, role, active)
    page = listed.request(sort, search=search, role=role, active=active)
    return page_out(user_administration_service().list(caller, wanted, page), UserOut.of)


handler = lambda_handler(app)
