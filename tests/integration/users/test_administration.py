"""Administering accounts, against the real PostgreSQL."""

from multiprocessing import get_context
from typing import Any

import pytest

from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.platform.database import disconnect
from mara.users.errors import (
    LastSuperuser,
    RoleChangeForbidden,
    SuperuserProtected,
    UnknownTimeZone,
    UserNotFound,
)
from mara.users.model import Profile, UserFilter
from mara.wiring.users import profile_service, user_administration_service
from tests.support.accounts import Account, make_account

pytestmark = pytest.mark.usefixtures("database")


def found(search: str) -> list[str]:
    admin = make_account("admin", Role.ADMIN).principal
    page = user_administration_service().list(admin, UserFilter(search), PageRequest())
    return [user.email for user in page.items]


class TestList:
    def test_searches_names_and_takes_wildcards_literally(self) -> None:
        make_account("anna")
        make_account("a_b")
        assert found("nn") == ["anna@example.com"]

    def test_an_underscore_stands_for_itself(self) -> None:
        make_account("anna")
        make_account("a_b")
        assert found("a_") == ["a_b@example.com"]

    def test_pages_from_the_newest_to_the_oldest_without_gap_or_repeat(self) -> None:
        admin = make_account("admin", Role.ADMIN).principal
        emails = [make_account(f"user{number}").email for number in range(5)]
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = user_administration_service().list(
                admin, UserFilter(role=Role.USER), PageRequest.of(2, cursor)
            )
            seen += [user.email for user in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == emails[::-1]


class TestUpdate:
    def test_an_admin_deactivates_a_user(self) -> None:
        admin, anna = make_account("admin", Role.ADMIN), make_account("anna")
        changed = user_administration_service().update(
            admin.principal, anna.id, role=None, active=False
        )
        assert not changed.active

    def test_an_admin_changes_no_role(self) -> None:
        admin, anna = make_account("admin", Role.ADMIN), make_account("anna")
        with pytest.raises(RoleChangeForbidden):
            user_administration_service().update(
                admin.principal, anna.id, role=Role.ADMIN, active=None
            )

    def test_an_admin_touches_no_superuser(self) -> None:
        admin, root = make_account("admin", Role.ADMIN), make_account("root", Role.SUPERUSER)
        with pytest.raises(SuperuserProtected):
            user_administration_service().update(admin.principal, root.id, role=None, active=False)

    def test_the_last_superuser_stays_one(self) -> None:
        root = make_account("root", Role.SUPERUSER)
        for change in ({"role": Role.USER, "active": None}, {"role": None, "active": False}):
            with pytest.raises(LastSuperuser):
                user_administration_service().update(root.principal, root.id, **change)

    def test_two_superusers_who_demote_each_other_at_once_leave_one(self) -> None:
        roots = [make_account(name, Role.SUPERUSER) for name in ("anna", "boris")]
        disconnect()
        context = get_context("fork")
        outcomes: Any = context.SimpleQueue()
        start: Any = context.Barrier(2)

        def demote(caller: Account, other: Account) -> None:
            start.wait()
            try:
                user_administration_service().update(
                    caller.principal, other.id, role=Role.USER, active=None
                )
            except LastSuperuser:
                outcomes.put("refused")
            else:
                outcomes.put("demoted")

        pairs = [(roots[0], roots[1]), (roots[1], roots[0])]
        processes = [context.Process(target=demote, args=pair) for pair in pairs]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert sorted(outcomes.get() for _ in processes) == ["demoted", "refused"]


class TestAppointSuperuser:
    def test_makes_a_registered_account_one(self) -> None:
        make_account("anna")
        user = user_administration_service().appoint_superuser("ANNA@example.com")
        assert user.role is Role.SUPERUSER

    def test_makes_no_account(self) -> None:
        with pytest.raises(UserNotFound):
            user_administration_service().appoint_superuser("nobody@example.com")


class TestProfile:
    def test_is_replaced_whole(self) -> None:
        anna = make_account("anna")
        profile_service().update(anna.principal, Profile(full_name="Анна", company="X"))
        profile_service().update(anna.principal, Profile(full_name="Анна П."))
        assert profile_service().get(anna.principal).profile == Profile(full_name="Анна П.")

    def test_refuses_a_time_zone_that_is_none(self) -> None:
        with pytest.raises(UnknownTimeZone):
            profile_service().update(make_account().principal, Profile(time_zone="Mars/Olympus"))
