"""What a route may know of the client: where it is, and when its request arrived."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from fastapi import Request as HttpRequest

from mara.auth.model.devices import Device
from mara.entrypoints.events import REQUEST, Request


async def _device(http_request: HttpRequest) -> Device:
    request: Request = http_request.scope["aws.event"][REQUEST]
    return Device(request.address, request.user_agent)


CallerDevice = Annotated[Device, Depends(_device)]
"""The caller's address and what it says its program is."""


async def _arrived_at(http_request: HttpRequest) -> datetime | None:
    request: Request = http_request.scope["aws.event"][REQUEST]
    return request.arrived_at


ArrivedAt = Annotated[datetime | None, Depends(_arrived_at)]
"""When API Gateway received the request."""
