"""GET /api/v1/models - list the language models that an agent can use.

A model that is not available is used again as soon as the model server has it; until then agents
answer with quotes.
"""

from mara.agents.schemas.language_models import ModelOut, ModelsOut
from mara.entrypoints.http import AGENTS_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.language_model import language_model_service

app = api(access=USER, scope=AGENTS_READ)


@app.get("/api/v1/models")
async def list_models(caller: Caller) -> ModelsOut:
    return ModelsOut(
        items=[ModelOut.of(option) for option in language_model_service().list(caller)]
    )


handler = lambda_handler(app)
