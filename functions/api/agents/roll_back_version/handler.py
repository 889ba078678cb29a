"""POST /api/v1/agents/{agent_id}/rollback - put an earlier published version into use again.

The gate is not checked: the version has answered before.
"""

from uuid import UUID

from mara.agents.schemas.versions import PublicationOut, VersionIn
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import publication_service

app = api(access=USER)


@app.post("/api/v1/agents/{agent_id}/rollback")
async def roll_back_version(agent_id: UUID, body: VersionIn, caller: Caller) -> PublicationOut:
    return PublicationOut.of(publication_service().roll_back(caller, agent_id, body.version))


handler = lambda_handler(app)
