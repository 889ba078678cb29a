"""Requests and responses of deliveries to intakes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from fastapi import Depends, Header
from pydantic import BaseModel, Field

from mara.alerts.model.credentials import DeliveryCredentials
from mara.alerts.model.delivery import DeliveryReceipt, StoredDelivery
from mara.alerts.model.signal import DeliveryForm

BODY_MAX: Final = 5 * 1024 * 1024
"""Bytes of a delivery."""
STATUSES: Final = frozenset({202, 401, 413, 422})
"""All that a monitoring system is answered, but for 503."""
BEARER: Final = "bearer "
PLAIN: Final = {
    "title": "DiskAlmostFull",
    "text": "Less than 5 % of /var are free on db-3.",
    "severity": "critical",
    "labels": {"host": "db-3"},
    "fingerprint": "disk-db-3",
    "status": "firing",
    "starts_at": "2026-01-15T09:30:00Z",
}
OPENAPI: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The body of Alertmanager's webhook (version 4), of Grafana's, of Uptime "
        "Kuma's, or a JSON object with a title. Unknown fields are ignored.",
        "content": {
            "application/json": {
                "schema": {
                    "title": "AlertDeliveryIn",
                    "description": "Alerts in one of the known forms; these fields are those of "
                    "the plain form.",
                    "type": "object",
                    "properties": {
                        "title": {
                            "type": "string",
                            "description": "Name of the alert.",
                            "examples": [PLAIN["title"]],
                        },
                        "text": {
                            "type": "string",
                            "description": "What has happened.",
                            "examples": [PLAIN["text"]],
                        },
                        "severity": {
                            "type": "string",
                            "description": "Severity, in the words of the sender.",
                            "examples": [PLAIN["severity"]],
                        },
                        "labels": {
                            "type": "object",
                            "description": "Where it fires, and what else tells alerts apart.",
                            "examples": [PLAIN["labels"]],
                        },
                        "fingerprint": {
                            "type": "string",
                            "description": "Equal for all signals of one alert; without it, the "
                            "labels are compared, or else the texts without their numbers.",
                            "examples": [PLAIN["fingerprint"]],
                        },
                        "status": {
                            "type": "string",
                            "description": "`firing`, or `resolved` in the words of the sender.",
                            "examples": [PLAIN["status"]],
                        },
                        "starts_at": {
                            "type": "string",
                            "format": "date-time",
                            "description": "When it began. A resolved with the same time ends this "
                            "firing, and none that began later.",
                            "examples": [PLAIN["starts_at"]],
                        },
                        "ends_at": {
                            "type": "string",
                            "format": "date-time",
                            "description": "When it ended; read where it is resolved.",
                            "examples": ["2026-01-15T10:30:00Z"],
                        },
                    },
                    "examples": [PLAIN],
                }
            }
        },
    }
}


async def _credentials(
    authorization: Annotated[
        str,
        Header(description="`Bearer` and the secret of the intake.", examples=["Bearer Ct3mB5r7"]),
    ] = "",
    x_mara_signature: Annotated[
        str,
        Header(
            description="`sha256=` and the HMAC-SHA256 of the body in hexadecimal digits.",
            examples=["sha256=5f3a"],
        ),
    ] = "",
    x_grafana_alerting_signature: Annotated[
        str, Header(description="The signature that Grafana sends.", examples=["5f3a"])
    ] = "",
    x_grafana_alerting_timestamp: Annotated[
        str,
        Header(
            description="The timestamp that Grafana signs with the body, where its header is set.",
            examples=["1767225600"],
        ),
    ] = "",
) -> DeliveryCredentials:
    if authorization[: len(BEARER)].lower() == BEARER:
        return DeliveryCredentials(bearer=authorization[len(BEARER) :].strip())
    if x_mara_signature:
        return DeliveryCredentials(signature=x_mara_signature)
    return DeliveryCredentials(
        signature=x_grafana_alerting_signature or None,
        timestamp=x_grafana_alerting_timestamp or None,
    )


SentCredentials = Annotated[DeliveryCredentials, Depends(_credentials)]
"""What a delivery carries to prove where it comes from."""

DeliveryKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Two deliveries with the same key are one.",
        examples=["0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"],
    ),
]


class ReceiptOut(BaseModel):
    """A stored delivery, and the ids of the alerts that it was about."""

    delivery_id: UUID = Field(description="Id of the delivery.")
    alert_ids: Sequence[UUID] = Field(
        description="Ids of the alerts that were taken one by one, at most 500."
    )
    counted: int = Field(
        description="Number of further alerts, which are counted by name.", examples=[0]
    )
    is_repeated: bool = Field(
        description="Whether the same delivery was stored before; then it had no effect.",
        examples=[False],
    )

    @classmethod
    def of(cls, receipt: DeliveryReceipt) -> Self:
        """Build the response from the model object."""
        stored = receipt.delivery
        return cls(
            delivery_id=stored.id,
            alert_ids=stored.alert_ids,
            counted=stored.left_out,
            is_repeated=receipt.is_repeated,
        )


class IntakeDeliveryOut(BaseModel):
    """A delivery of the list."""

    id: UUID = Field(description="Id of the delivery.")
    received_at: datetime = Field(description="When it was stored.")
    form: DeliveryForm = Field(
        description="The form of its body.",
        examples=["alertmanager"],
    )
    alert_ids: Sequence[UUID] = Field(description="Ids of the alerts that were taken one by one.")
    counted: Mapping[str, int] = Field(
        description="Number of further alerts by name.", examples=[{"KubePodNotReady": 9500}]
    )
    truncated: int = Field(
        description="Number of alerts that the sender itself left out.", examples=[0]
    )

    @classmethod
    def of(cls, delivery: StoredDelivery) -> Self:
        """Build the response from the model object."""
        return cls(
            id=delivery.id,
            received_at=delivery.received_at,
            form=delivery.form,
            alert_ids=delivery.alert_ids,
            counted=delivery.more,
            truncated=delivery.truncated,
        )
