"""Use cases of profiles and of the administration of accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.replacement import check_complete
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.errors import (
    LastSuperuser,
    RoleChangeForbidden,
    SuperuserProtected,
    UnknownTimeZone,
    UserErased,
    UserNotFound,
)
from mara.users.messages import UserDeactivated
from mara.users.model import Profile, User, UserFilter
from mara.users.ports import SessionRevocation, Users


@dataclass(frozen=True, slots=True)
class ProfileService:
    """The use cases of a user's own profile."""

    users: Users
    unit_of_work: UnitOfWork
    now: Clock

    def get(self, caller: Principal) -> User:
        """Return the caller's account and profile."""
        with self.unit_of_work(caller.user_id):
            return self.users.get(caller.user_id)

    def update(
        self, caller: Principal, profile: Profile, *, given: Collection[str] | None = None
    ) -> User:
        """Replace the caller's profile.

        ``given`` are the fields that the caller named, None for all: none of the others may lose a
        value. Raises UnknownTimeZone, FieldsMissing, UserErased.
        """
        check_time_zone(profile.time_zone)
        with self.unit_of_work(caller.user_id):
            user = _check_stays(self.users.lock(caller.user_id))
            check_complete(user.profile, profile, given)
            return self._save(user, profile)

    def change(self, caller: Principal, changes: Mapping[str, Any]) -> User:
        """Change some fields of the caller's profile, by their names.

        Raises UnknownTimeZone, UserErased.
        """
        with self.unit_of_work(caller.user_id):
            user = _check_stays(self.users.lock(caller.user_id))
            profile = replace(user.profile, **changes)
            check_time_zone(profile.time_zone)
            return self._save(user, profile)

    def _save(self, user: User, profile: Profile) -> User:
        changed = replace(user, profile=profile, updated_at=self.now())
        self.users.save(changed)
        return changed


def _check_stays(user: User) -> User:
    """Return the locked user. Raises UserErased: what was read before the lock may be outdated."""
    if user.is_erased:
        raise UserErased("It cannot be changed any more.")
    return user


def check_time_zone(name: str) -> None:
    """Check that the IANA database has this time zone. Raises UnknownTimeZone."""
    if name not in available_timezones():
        raise UnknownTimeZone("Use a name such as Europe/Moscow.")


@dataclass(frozen=True, slots=True)
class UserAdministrationService:
    """The use cases of administrators; the HTTP frame has checked the caller's role."""

    users: Users
    sessions: SessionRevocation
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def list(self, _caller: Principal, wanted: UserFilter, page: PageRequest) -> Page[User]:
        """Return a page of matching users, newest first unless it is sorted otherwise.

        Raises InvalidCursor.
        """
        with self.unit_of_work(SYSTEM):
            found = self.users.list(wanted, page)
            total = self.users.count(wanted) if page.total else None
        return Page.of(found, page, lambda user: user.id, total=total)

    def get(self, _caller: Principal, user_id: UUID) -> User:
        """Return a user. Raises UserNotFound."""
        with self.unit_of_work(SYSTEM):
            return self.users.get(user_id)

    def update(
        self, caller: Principal, user_id: UUID, *, role: Role | None, active: bool | None
    ) -> User:
        """Change the role and the active state; None leaves them as they are.

        A deactivation revokes the user's sessions, which a later activation does not restore. API
        keys are refused while the account is inactive, and work again once it is active.

        Raises UserNotFound, UserErased, RoleChangeForbidden, SuperuserProtected, LastSuperuser.
        """
        with self.unit_of_work(SYSTEM):
            # Superusers are always locked first, so that concurrent demotions are serialized.
            superusers = self.users.lock_active_superusers()
            user = _check_stays(self.users.lock(user_id))
            changed = replace(
                user,
                role=user.role if role is None else role,
                active=user.active if active is None else active,
                updated_at=self.now(),
            )
            _check_change(caller, user, changed)
            if superusers == {user.id} and not _is_active_superuser(changed):
                raise LastSuperuser("Make another user a superuser first.")
            self.users.save(changed)
            self._record(caller.user_id, user, changed)
            if not changed.active:
                self.sessions.revoke_all(user.id, changed.updated_at, "account deactivated")
                self.publish(UserDeactivated(owner_id=user.id))
        return changed

    def find(self, email: str) -> User:
        """Return the user with this e-mail address, for operators. Raises UserNotFound."""
        with self.unit_of_work(SYSTEM):
            found = self.users.find_by_email(email.lower())
        if found is None:
            raise UserNotFound("No account has this e-mail address.")
        return found

    def appoint_superuser(self, email: str) -> User:
        """Give an account the role of superuser, and activate it.

        Raises UserNotFound, UserErased. For the operator's command, which has no caller.
        """
        with self.unit_of_work(SYSTEM):
            found = self.users.find_by_email(email.lower())
            if found is None:
                raise UserNotFound("Register the account first, then appoint it.")
            user = _check_stays(self.users.lock(found.id))
            changed = replace(user, role=Role.SUPERUSER, active=True, updated_at=self.now())
            self.users.save(changed)
            self._record(None, user, changed)
        return changed

    def _record(self, actor_id: UUID | None, before: User, after: User) -> None:
        if before.role is not after.role:
            roles = {"from": before.role, "to": after.role}
            self.audit.record(Deed(AuditAction.ROLE_CHANGED, actor_id, after.id, detail=roles))
        if before.active is not after.active:
            self.audit.record(Deed(_switched(after), actor_id, after.id))


def _switched(user: User) -> AuditAction:
    return AuditAction.ACCOUNT_ACTIVATED if user.active else AuditAction.ACCOUNT_DEACTIVATED


def _check_change(caller: Principal, before: User, after: User) -> None:
    if caller.role is Role.SUPERUSER:
        return
    if before.role != after.role:
        raise RoleChangeForbidden("Ask a superuser.")
    if before.role is Role.SUPERUSER:
        raise SuperuserProtected("Ask a superuser.")


def _is_active_superuser(user: User) -> bool:
    return user.active and user.role is Role.SUPERUSER
