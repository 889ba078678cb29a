"""Query parameters of the list of alerts."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime

from mara.alerts.model.alert import AlertStatus
from mara.alerts.model.severity import Severity

ID: Final = "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"

AlertSort = Annotated[
    Literal["-created_at", "created_at", "-last_at", "last_at"],
    Query(
        description="The field of the order, `created_at` being when the alert was seen first and"
        " `last_at` when its last signal came; `-` before it: the latest first."
    ),
]

OnlyStatus = Annotated[
    AlertStatus | None, Query(description="Only alerts in this state.", examples=["firing"])
]
OnlySeverity = Annotated[
    Severity | None, Query(description="Only alerts of this severity.", examples=["critical"])
]


async def _wanted(
    status: OnlyStatus = None,
    severity: OnlySeverity = None,
    source: Annotated[
        UUID | None,
        Query(
            description="Only alerts that came in by this intake or rule.",
            examples=[ID],
        ),
    ] = None,
) -> dict[str, Any]:
    return {"status": status, "severity": severity, "source": source}


WantedAlerts = Annotated[dict[str, Any], Depends(_wanted)]
"""The filters of the list by what alerts are."""


async def _wanted_of_rules(
    status: OnlyStatus = None,
    severity: OnlySeverity = None,
    rule_id: Annotated[
        UUID | None, Query(description="Only alerts that this rule made.", examples=[ID])
    ] = None,
    config_id: Annotated[
        UUID | None, Query(description="Only alerts of the rules of this bot.", examples=[ID])
    ] = None,
) -> dict[str, Any]:
    return {
        "status": status,
        "severity": severity,
        "source": rule_id,
        "config": config_id,
    }


WantedChatAlerts = Annotated[dict[str, Any], Depends(_wanted_of_rules)]
"""The filters of the list of what rules fired on."""
Since = Annotated[
    AwareDatetime | None,
    Query(
        alias="from",
        description="Only alerts whose last signal came at this time or later.",
        examples=["2026-01-15T00:00:00Z"],
    ),
]
Until = Annotated[
    AwareDatetime | None,
    Query(
        alias="to",
        description="Only alerts whose last signal came before this time.",
        examples=["2026-01-16T00:00:00Z"],
    ),
]
