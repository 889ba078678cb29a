"""What the owner of an account hears of logins and of its password."""

import pytest

from mara.auth.errors import InvalidCredentials
from mara.auth.messages import NewDeviceLoggedIn, PasswordChanged
from mara.kernel.messages import Message
from tests.unit.auth.test_services import OTHER_PASSWORD, PASSWORD, Auth

HOME, SAME_NETWORK, ABROAD = "2001:db8::1", "2001:db8::2", "2001:db8:1::1"


@pytest.fixture
def auth() -> Auth:
    made = Auth()
    made.register()
    return made


def heard(auth: Auth, kind: type[Message]) -> int:
    return sum(isinstance(one, kind) for one in auth.database.committed.messages)


class TestNewDevice:
    def test_is_heard_of_once_for_each_network_and_user_agent(self, auth: Auth) -> None:
        for address, agent, times in (
            (HOME, "Firefox", 1),
            (SAME_NETWORK, "Firefox", 1),
            (ABROAD, "Firefox", 2),
            (ABROAD, "curl", 3),
            (HOME, "Firefox", 3),
        ):
            auth.sessions.log_in(
                email="anna@example.com", password=PASSWORD, address=address, user_agent=agent
            )
            assert heard(auth, NewDeviceLoggedIn) == times

    def test_names_the_session(self, auth: Auth) -> None:
        caller = auth.caller(auth.log_in())
        assert caller.session_id is not None
        assert auth.database.committed.messages[-1] == NewDeviceLoggedIn(
            session_id=caller.session_id, owner_id=caller.user_id
        )

    def test_is_none_that_shows_a_token_of_the_account(self, auth: Auth) -> None:
        tokens = auth.log_in(address=HOME)
        auth.log_in(address=ABROAD, held=[tokens.refresh_token])
        assert heard(auth, NewDeviceLoggedIn) == 1

    def test_is_heard_of_again_once_its_session_ended(self, auth: Auth) -> None:
        auth.sessions.log_out(auth.caller(auth.log_in()))
        auth.log_in()
        assert heard(auth, NewDeviceLoggedIn) == 2

    def test_is_not_heard_of_where_the_password_is_wrong(self, auth: Auth) -> None:
        auth.fail_to_log_in()
        assert heard(auth, NewDeviceLoggedIn) == 0


class TestPassword:
    def test_changed_is_heard_of_in_the_transaction_of_the_change(self, auth: Auth) -> None:
        caller = auth.caller(auth.log_in())
        with pytest.raises(InvalidCredentials):
            auth.passwords.change(caller, old="wrong", new=OTHER_PASSWORD)
        assert heard(auth, PasswordChanged) == 0
        auth.passwords.change(caller, old=PASSWORD, new=OTHER_PASSWORD)
        assert auth.database.committed.messages[-1] == PasswordChanged(owner_id=caller.user_id)
