"""GET /api/v1/agents/{agent_id}/versions - list the versions of an agent's settings, newest first.

Every change of an agent creates a version. One of them is published: it answers questions.
"""

from uuid import UUID

from mara.agents.schemas.versions import VersionOut, VersionsOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.agents import publication_service

app = api(access=USER)


@app.get("/api/v1/agents/{agent_id}/versions")
async def list_versions(agent_id: UUID, caller: Caller) -> VersionsOut:
    versions = publication_service().list_versions(caller, agent_id)
    return VersionsOut(items=[VersionOut.of(version) for version in versions])


handler = lambda_handler(app)
