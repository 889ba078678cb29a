"""Sessions against the real PostgreSQL, with real concurrency."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing import get_context

import psycopg
import pytest

from mara.auth.errors import (
    InvalidCredentials,
    InvalidRefreshToken,
    InvalidToken,
    LoginLocked,
    RefreshTokenReused,
)
from mara.auth.model import REFRESH_GRACE
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.auth import authentication_service, password_service, session_service
from tests.support.accounts import PASSWORD, make_account

pytestmark = pytest.mark.usefixtures("database")

FORK = get_context("fork")


def refresh_in_a_process(token: str) -> str:
    try:
        return session_service().refresh(token).refresh_token
    except Exception as error:  # noqa: BLE001 - the outcome is what is tested
        return type(error).__name__
    finally:
        disconnect()


def log_in_in_a_process(password: str) -> str:
    try:
        session_service().log_in(email="anna@example.com", password=password, address="192.0.2.9")
    except Exception as error:  # noqa: BLE001 - the outcome is what is tested
        return type(error).__name__
    finally:
        disconnect()
    return "in"


def parallel(run: Callable[[str], str], arguments: list[str]) -> list[str]:
    disconnect()  # a forked child must not share our connection
    with ProcessPoolExecutor(max_workers=10, mp_context=FORK) as pool:
        return list(pool.map(run, arguments))


class TestRefresh:
    """Invariant 1: refresh tokens rotate atomically."""

    def test_twenty_at_once_leave_one_family_and_a_user_still_signed_in(self) -> None:
        account = make_account()
        outcomes = parallel(refresh_in_a_process, [account.refresh_token] * 20)
        assert len(set(outcomes)) == 20
        assert not any(outcome.endswith(("Reused", "Token")) for outcome in outcomes)
        assert authentication_service().authenticate(account.token) == account.principal
        for child in outcomes:
            session_service().refresh(child)
        with transaction(SYSTEM):
            families = connection().execute("SELECT count(*) FROM sessions").fetchone()
        assert families == (1,)

    def test_a_spent_token_after_the_grace_revokes_the_whole_family(self) -> None:
        account = make_account()
        child = session_service().refresh(account.refresh_token)
        later = replace(session_service(), now=lambda: now() + REFRESH_GRACE + timedelta(seconds=1))
        with pytest.raises(RefreshTokenReused):
            later.refresh(account.refresh_token)
        with pytest.raises(InvalidRefreshToken):
            later.refresh(child.refresh_token)
        with pytest.raises(InvalidToken):
            authentication_service().authenticate(child.access_token)

    def test_a_token_expires(self) -> None:
        account = make_account()
        later = replace(session_service(), now=lambda: now() + timedelta(days=31))
        with pytest.raises(InvalidRefreshToken):
            later.refresh(account.refresh_token)

    def test_an_unknown_token_is_refused(self) -> None:
        with pytest.raises(InvalidRefreshToken):
            session_service().refresh("x" * 43)


class TestLogIn:
    def test_answers_an_unknown_account_and_a_wrong_password_alike(self) -> None:
        """Invariant 3: a login does not tell which part was wrong."""
        make_account()
        details = set()
        for email in ("anna@example.com", "nobody@example.com"):
            with pytest.raises(InvalidCredentials) as refusal:
                session_service().log_in(email=email, password="guess", address="192.0.2.1")
            details.add((refusal.value.detail, refusal.value.title))
        assert len(details) == 1

    @pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com"])
    def test_locks_known_and_unknown_accounts_alike_and_longer_each_time(self, email: str) -> None:
        make_account()
        clock = Clock(now())
        service = replace(session_service(), now=clock)
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                service.log_in(email=email, password="guess", address="192.0.2.1")
        waits = []
        for _ in range(4):
            with pytest.raises(LoginLocked) as locked:
                service.log_in(email=email, password=PASSWORD, address="192.0.2.1")
            waits.append(locked.value.retry_after_s)
            clock.pass_(timedelta(seconds=locked.value.retry_after_s))
            with pytest.raises(InvalidCredentials):
                service.log_in(email=email, password="guess", address="192.0.2.1")
        assert waits == [30, 60, 120, 240]

    def test_a_success_clears_the_account(self) -> None:
        make_account()
        for _ in range(3):
            for _ in range(8):
                with pytest.raises(InvalidCredentials):
                    session_service().log_in(
                        email="anna@example.com", password="guess", address="192.0.2.1"
                    )
            session_service().log_in(
                email="ANNA@example.com", password=PASSWORD, address="192.0.2.1"
            )

    def test_parallel_guesses_share_one_count(self) -> None:
        make_account()
        outcomes = parallel(log_in_in_a_process, ["guess"] * 40)
        assert outcomes.count("InvalidCredentials") <= 10
        assert outcomes.count("LoginLocked") >= 30

    def test_a_deactivated_account_is_as_good_as_unknown(self) -> None:
        account = make_account()
        with transaction(SYSTEM):
            connection().execute("UPDATE users SET active = false")
        with pytest.raises(InvalidCredentials):
            session_service().log_in(
                email="anna@example.com", password=PASSWORD, address="192.0.2.1"
            )
        with pytest.raises(InvalidToken):
            authentication_service().authenticate(account.token)


class TestLogOut:
    def test_ends_this_session_at_once_and_no_other(self) -> None:
        account = make_account()
        other = session_service().log_in(
            email="anna@example.com", password=PASSWORD, address="192.0.2.1"
        )
        session_service().log_out(account.principal)
        with pytest.raises(InvalidToken):
            authentication_service().authenticate(account.token)
        with pytest.raises(InvalidRefreshToken):
            session_service().refresh(account.refresh_token)
        authentication_service().authenticate(other.access_token)

    def test_everywhere_ends_them_all(self) -> None:
        account = make_account()
        other = session_service().log_in(
            email="anna@example.com", password=PASSWORD, address="192.0.2.1"
        )
        session_service().log_out_everywhere(account.principal)
        for token in (account.token, other.access_token):
            with pytest.raises(InvalidToken):
                authentication_service().authenticate(token)


class TestPasswordChange:
    def test_ends_every_other_session(self) -> None:
        account = make_account()
        other = session_service().log_in(
            email="anna@example.com", password=PASSWORD, address="192.0.2.1"
        )
        password_service().change(account.principal, old=PASSWORD, new="another-lamp-77-river")
        authentication_service().authenticate(account.token)
        with pytest.raises(InvalidToken):
            authentication_service().authenticate(other.access_token)
        session_service().log_in(
            email="anna@example.com", password="another-lamp-77-river", address="192.0.2.1"
        )

    def test_needs_the_old_one(self) -> None:
        account = make_account()
        with pytest.raises(InvalidCredentials):
            password_service().change(account.principal, old="guess", new="another-lamp-77-river")


class TestStoredTokens:
    def test_no_refresh_token_stands_in_the_database(self, database: str) -> None:
        account = make_account()
        with psycopg.connect(database) as link:
            link.execute("SELECT set_config('mara.scope', 'system', false)")
            rows = link.execute("SELECT t::text FROM refresh_tokens t").fetchall()
        assert rows
        assert account.refresh_token not in str(rows)


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        self.at += time
