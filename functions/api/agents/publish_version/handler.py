"""POST /api/v1/agents/{agent_id}/publish - put a version into use if it passes the gate.

Without a gate every version passes. With one, the last evaluation of the version must reach the
score, and be newer than the last feedback.
"""

from uuid import UUID

from mara.agents.schemas.versions import PublicationOut, VersionIn
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import publication_service

app = api(access=USER)


@app.post("/api/v1/agents/{agent_id}/publish")
async def publish_version(agent_id: UUID, body: VersionIn, caller: Caller) -> PublicationOut:
    return PublicationOut.of(publication_service().publish(caller, agent_id, body.version))


handler = lambda_handler(app)
