"""GET /api/v1/admin/audit - list who did what to whom, newest first.

Logins, changes of roles, keys and plans, credits by hand, rotated secrets, decisions on dead
letters, runs of schedules, exports and erasures. Rows are never changed or removed; the detail of
a row is erased with the account that it concerns.
"""

from dataclasses import asdict

from mara.audit.schemas import AuditEntryOut, WantedDeeds
from mara.entrypoints.http import ADMIN, PageOut, api, lambda_handler
from mara.entrypoints.lists import Listed, page_out
from mara.wiring.audit import audit_list_service

app = api(access=ADMIN)


@app.get("/api/v1/admin/audit")
async def list_audit_entries(listed: Listed, wanted: WantedDeeds) -> PageOut[AuditEntryOut]:
    found = audit_list_service().list(wanted, listed.request(**asdict(wanted)))
    return page_out(found, AuditEntryOut.of)


handler = lambda_handler(app)
