"""What begins before a password change or a deactivation, and ends after it, opens nothing.

The first tests put the change between two steps of the other request; the last ones race them in
processes against the real PostgreSQL.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from mara.auth.errors import (
    InvalidApiKey,
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    TooManyApiKeys,
)
from mara.auth.model import Scope
from mara.auth.ports import Passwords
from mara.auth.service.api_keys import KEYS_MAX
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.auth import (
    api_key_service,
    authentication_service,
    password_service,
    session_service,
)
from mara.wiring.users import user_administration_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.parallel import outcomes

pytestmark = pytest.mark.usefixtures("database")

NEW_PASSWORDS = [f"another-lamp-{number}-river" for number in range(70, 74)]


@dataclass
class InterruptedPasswords:
    """The real passwords; ``interrupt`` runs between verification and what follows it."""

    real: Passwords
    interrupt: Callable[[], object]

    def hash(self, password: str) -> str:
        return self.real.hash(password)

    def match(self, password: str, password_hash: str | None) -> bool:
        result = self.real.match(password, password_hash)
        self.interrupt()
        return result

    def weakness_reason(self, password: str, about_the_user: Sequence[str]) -> str | None:
        return self.real.weakness_reason(password, about_the_user)


def log_in(password: str = PASSWORD) -> str:
    tokens = session_service().log_in(
        email="anna@example.com", password=password, address="192.0.2.9"
    )
    return tokens.access_token


def log_in_while(interrupt: Callable[[], object]) -> None:
    real = session_service()
    interrupted = replace(real, passwords=InterruptedPasswords(real.passwords, interrupt))
    interrupted.log_in(email="anna@example.com", password=PASSWORD, address="192.0.2.9")


def change_password(caller: Principal, new: str = NEW_PASSWORDS[0]) -> None:
    password_service().change(caller, old=PASSWORD, new=new)


def set_active(account: Account, *, active: bool) -> None:
    admin = Principal(account.id, Role.ADMIN)
    user_administration_service().update(admin, account.id, role=None, active=active)


def count_sessions() -> int:
    with transaction(SYSTEM):
        row = connection().execute("SELECT count(*) FROM sessions").fetchone()
    assert row
    return int(row[0])


def is_live(token: str) -> bool:
    try:
        authentication_service().authenticate(token)
    except InvalidToken:
        return False
    return True


class TestLoginDuring:
    def test_a_password_change_opens_no_session(self) -> None:
        account = make_account()
        with pytest.raises(InvalidCredentials):
            log_in_while(lambda: change_password(account.principal))
        assert count_sessions() == 1
        log_in(NEW_PASSWORDS[0])

    def test_a_deactivation_opens_no_session(self) -> None:
        account = make_account()
        with pytest.raises(InvalidCredentials):
            log_in_while(lambda: set_active(account, active=False))
        set_active(account, active=True)
        assert count_sessions() == 1


class TestPasswordChangeDuring:
    def change_while(self, caller: Principal, interrupt: Callable[[], object]) -> None:
        real = password_service()
        interrupted = replace(real, passwords=InterruptedPasswords(real.passwords, interrupt))
        interrupted.change(caller, old=PASSWORD, new=NEW_PASSWORDS[1])

    def test_another_change_loses(self) -> None:
        account = make_account()
        other = authentication_service().authenticate(log_in())
        with pytest.raises(InvalidCredentials):
            self.change_while(other, lambda: change_password(account.principal))
        log_in(NEW_PASSWORDS[0])

    def test_the_revocation_of_its_session_changes_nothing(self) -> None:
        """A thief who was logged out everywhere does not get to choose the password."""
        thief = make_account().principal
        owner = authentication_service().authenticate(log_in())
        with pytest.raises(InvalidToken):
            self.change_while(thief, lambda: session_service().log_out_everywhere(owner))
        log_in()


class TestApiKeyCreation:
    def test_of_a_session_that_was_revoked_meanwhile_leaves_no_key(self) -> None:
        account = make_account()
        session_service().log_out_everywhere(account.principal)
        with pytest.raises(InvalidToken):
            api_key_service().create(account.principal, name="a", scopes=[Scope.BALANCE_READ])
        assert api_key_service().list(account.principal, PageRequest()).items == []

    def test_of_an_account_that_was_deactivated_meanwhile_leaves_no_key(self) -> None:
        account = make_account()
        set_active(account, active=False)
        with pytest.raises(InvalidToken):
            api_key_service().create(account.principal, name="a", scopes=[Scope.BALANCE_READ])

    def test_of_many_at_once_stops_at_the_limit(self) -> None:
        account = make_account()

        def create(number: int) -> str:
            api_key_service().create(account.principal, name=f"k{number}", scopes=[])
            return "created"

        results = outcomes(create, range(KEYS_MAX + 14))
        assert results.count("created") == KEYS_MAX
        assert results.count(TooManyApiKeys.__name__) == 14
        assert len(api_key_service().list(account.principal, PageRequest(100)).items) == KEYS_MAX


class TestReactivation:
    def test_revives_no_session_but_the_keys_of_the_account(self) -> None:
        account = make_account()
        _, key = api_key_service().create(account.principal, name="a", scopes=[])
        set_active(account, active=False)
        with pytest.raises(InvalidApiKey):
            authentication_service().authenticate(key)
        set_active(account, active=True)
        assert not is_live(account.token)
        with pytest.raises(InvalidRefreshToken):
            session_service().refresh(account.refresh_token)
        authentication_service().authenticate(key)
        log_in()

    def test_of_an_active_account_ends_nothing(self) -> None:
        account = make_account()
        set_active(account, active=True)
        assert is_live(account.token)


class TestRaces:
    def test_no_session_of_the_old_password_outlives_the_change(self) -> None:
        account = make_account()
        jobs = ["log in"] * 12 + ["change"] + ["log in"] * 12

        def run(job: str) -> str:
            if job == "change":
                change_password(account.principal)
                return "changed"
            return log_in()

        results = outcomes(run, jobs)
        assert "changed" in results
        opened = [result for result in results if result.count(".") == 2]
        assert [token for token in opened if is_live(token)] == []
        assert is_live(account.token)

    def test_no_session_outlives_a_deactivation(self) -> None:
        account = make_account()
        jobs = ["log in"] * 8 + ["refresh"] * 4 + ["deactivate"] + ["log in"] * 8

        def run(job: str) -> str:
            if job == "deactivate":
                set_active(account, active=False)
                return "deactivated"
            if job == "refresh":
                return session_service().refresh(account.refresh_token).access_token
            return log_in()

        results = outcomes(run, jobs)
        assert "deactivated" in results
        set_active(account, active=True)
        opened = [result for result in results if result.count(".") == 2]
        assert [token for token in [*opened, account.token] if is_live(token)] == []

    def test_of_many_changes_at_once_one_wins(self) -> None:
        account = make_account()

        def change(new: str) -> str:
            change_password(account.principal, new)
            return "changed"

        results = outcomes(change, NEW_PASSWORDS)
        assert sorted(results) == ["InvalidCredentials"] * 3 + ["changed"]
