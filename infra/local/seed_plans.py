"""The plans that the local stage sells besides the default plan, which a migration creates."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from infra.local.environment import point_to_the_local_cloud

PLANS: Final = Path(__file__).parent / "plans.json"
"""Bodies of ``POST /plans``."""
UNLIMITED: Final = "unlimited"
"""The code of the hidden plan for accounts that produce load, which costs nothing."""


def seed() -> None:
    """Create the plans that are missing; one that exists is kept as it is."""
    point_to_the_local_cloud()
    from mara.billing.errors import PlanCodeTaken
    from mara.billing.schemas import PlanIn
    from mara.wiring.plans import plan_service

    for body in json.loads(PLANS.read_text("utf-8")):
        with suppress(PlanCodeTaken):
            plan_service().create(PlanIn.model_validate(body).to_draft())
