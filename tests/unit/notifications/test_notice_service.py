"""Notices of events, chosen and read, on the fakes: no database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.notifications.errors import NoticeNotFound, NoticeRequired
from mara.notifications.messages import NoticeDue, NotifyOwner
from mara.notifications.model.notices import (
    QUIET_FOR,
    Channel,
    NoticeKind,
    TelegramState,
)
from mara.notifications.service.notices import NoticeService
from mara.users.errors import UserNotFound
from mara.users.model import Profile, User
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.notices import FakeNotices

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
ANNA, BORIS = Principal(new_id(), Role.USER), Principal(new_id(), Role.USER)
CREDITED = NoticeKind.DEPOSIT_CREDITED
DEPOSIT = {"deposit_id": str(new_id()), "amount_micro_usdt": 10_500_000}


class KnownUsers:
    """Finds Anna and Boris."""

    def get(self, user_id: UUID) -> User:
        if user_id not in {ANNA.user_id, BORIS.user_id}:
            raise UserNotFound("Check the id.")
        return User(user_id, "a@example.com", Role.USER, True, Profile(), AT, AT)


def event(owner: Principal, name: str = "deposit-credited", **data: Any) -> NotifyOwner:
    named = {"owner_id": owner.user_id, "event": name, "event_id": new_id()}
    return NotifyOwner.model_validate({**named, **(data or DEPOSIT)})


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    at: datetime = AT
    locked: list[str] = field(default_factory=list)

    @property
    def service(self) -> NoticeService:
        users: Any = KnownUsers()
        return NoticeService(
            notices=FakeNotices(self.database),
            users=users,
            publish=self.database.publish,
            lock_count=lambda _, kind: self.locked.append(kind),
            find_telegram=lambda _: TelegramState.ON,
            unit_of_work=self.database.unit_of_work,
            now=lambda: self.at,
        )

    def write(self, owner: Principal = ANNA, name: str = "deposit-credited", **data: Any) -> bool:
        return self.service.write(event(owner, name, **data))

    def kinds(self, owner: Principal = ANNA) -> list[NoticeKind]:
        page, _ = self.service.list(owner, PageRequest())
        return [one.kind for one in page.items]


@pytest.fixture
def world() -> World:
    return World()


class TestWriting:
    def test_tells_telegram_in_the_same_transaction(self, world: World) -> None:
        assert world.write()
        (notice,) = world.service.list(ANNA, PageRequest())[0].items
        assert world.database.committed.messages == [
            NoticeDue(notice_id=notice.id, owner_id=ANNA.user_id)
        ]

    def test_leaves_nothing_where_telegram_cannot_be_told(self, world: World) -> None:
        def fail(message: object) -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            replace(world.service, publish=fail).write(event(ANNA))
        assert world.kinds() == []

    def test_of_a_crowd_says_the_first_one_an_hour(self, world: World) -> None:
        lost = {"config_id": str(new_id()), "chat_id": -1}
        said = []
        for wait in (timedelta(0), QUIET_FOR - timedelta(seconds=1), timedelta(seconds=2)):
            world.at += wait
            said.append(world.write(ANNA, "alert-undelivered", message_id="1", **lost))
        assert said == [True, False, True]
        assert world.locked == ["notices"] * 3

    def test_ignores_what_has_no_notice_and_users_who_are_gone(self, world: World) -> None:
        assert not world.write(ANNA, "user-deactivated")
        assert not world.write(Principal(new_id(), Role.USER))


class TestChoosing:
    def test_hides_a_kind_from_one_channel_alone(self, world: World) -> None:
        world.service.choose(ANNA, [(CREDITED, Channel.API, False)])
        assert world.write()
        assert world.kinds() == []
        assert world.database.published(NoticeDue) == 1
        world.service.choose(ANNA, [(CREDITED, Channel.TELEGRAM, False)])
        assert not world.write()

    def test_does_not_hide_what_a_thief_would_hide(self, world: World) -> None:
        choices = [(CREDITED, Channel.API, False), (NoticeKind.NEW_SESSION, Channel.API, False)]
        with pytest.raises(NoticeRequired):
            world.service.choose(ANNA, choices)
        assert world.service.preferences(ANNA).wants(CREDITED, Channel.API)


class TestReading:
    def test_is_for_the_owner_alone(self, world: World) -> None:
        world.write()
        (notice,) = world.service.list(ANNA, PageRequest())[0].items
        with pytest.raises(NoticeNotFound):
            world.service.mark_read(BORIS, notice.id)
        assert world.service.mark_read(ANNA, notice.id)[0].read_at == AT
        assert world.service.mark_all_read(ANNA) == 0
