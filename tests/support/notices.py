"""Notices for tests, written by the product's own service."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.page import PageRequest
from mara.notifications.messages import NotifyOwner
from mara.notifications.model.notices import Notice
from mara.notifications.service.notices import NoticeService
from mara.platform.database import connection, transaction
from mara.wiring.notices import notice_service
from tests.support.accounts import Account


def publish_nothing(message: Message) -> None:
    """Tests without a topic need none to have a notice."""


def service() -> NoticeService:
    return replace(notice_service(), publish=publish_nothing)


def event(owner_id: UUID, name: str = "deposit-credited", **data: Any) -> NotifyOwner:
    fields = data or {"deposit_id": str(new_id()), "amount_micro_usdt": 10_500_000}
    named = {"owner_id": owner_id, "event": name, "event_id": new_id()}
    return NotifyOwner.model_validate({**named, **fields})


def give_notice(owner_id: UUID) -> UUID:
    """The id of a new notice of the user."""
    message = event(owner_id)
    assert service().write(message)
    query = "SELECT id FROM notices WHERE event_id = %s"
    with transaction(owner_id):
        (id_,) = connection().execute(query, [message.event_id]).fetchone() or ()
    found: UUID = id_
    return found


def notices_of(account: Account, sort: str = "-unread", **filters: Any) -> list[Notice]:
    page = PageRequest.of(100, None, sort=sort, filters=filters)
    return list(service().list(account.principal, page)[0].items)
