"""Password reset and e-mail verification, from the request over the mail to the effect."""

from collections.abc import Iterator

import pytest

from functions.api.auth.log_in.handler import handler as log_in
from functions.api.auth.register.handler import handler as register
from functions.api.auth.request_email_verification.handler import handler as request_verification
from functions.api.auth.request_password_reset.handler import handler as request_reset
from functions.api.auth.reset_password.handler import handler as reset_password
from functions.api.auth.verify_email.handler import handler as verify_email
from functions.api.users.get_profile.handler import handler as get_profile
from tests.support.accounts import PASSWORD, make_account
from tests.support.events import Answer, call
from tests.support.mails import Mailbox, mailbox

pytestmark = pytest.mark.usefixtures("database")

AUTH = "/api/v1/auth"
NEW = "velvet-harbour-77-pine"
ANNA = {"email": "anna@example.com", "password": PASSWORD}


@pytest.fixture
def mails(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox(monkeypatch) as found:
        yield found


def forget(email: str = "Anna@example.com", address: str = "192.0.2.1") -> Answer:
    path = f"{AUTH}/password/forgot"
    return call(request_reset, "POST", path, body={"email": email}, address=address)


def reset(token: str, password: str = NEW) -> Answer:
    body = {"token": token, "new_password": password}
    return call(reset_password, "POST", f"{AUTH}/password/reset", body=body)


def status_of_login(password: str) -> int:
    body = {**ANNA, "password": password}
    return call(log_in, "POST", f"{AUTH}/login", body=body).status


class TestPasswordReset:
    def test_takes_the_token_of_the_mail_once(self, mails: Mailbox) -> None:
        account = make_account("anna")
        assert forget().status == 202
        mails.deliver()
        assert reset(mails.token(), "12345678").json["code"] == "weak_password"
        assert reset(mails.token()).status == 204
        again = reset(mails.token())
        assert (again.status, again.json["code"]) == (422, "invalid_mail_token")
        assert (status_of_login(PASSWORD), status_of_login(NEW)) == (401, 200)
        path = "/api/v1/users/me/profile"
        assert call(get_profile, "GET", path, headers=account.headers).status == 401

    def test_does_not_tell_whether_there_is_an_account(self, mails: Mailbox) -> None:
        make_account("anna")
        answers = [forget(email) for email in ("anna@example.com", "nobody@example.com", "no")]
        assert {(answer.status, answer.text) for answer in answers} == {(202, answers[0].text)}
        mails.deliver()
        assert len(mails.texts) == 1

    def test_cannot_be_asked_for_without_end(self, mails: Mailbox) -> None:
        make_account("anna")
        statuses = [forget().status for _ in range(6)]
        assert statuses == [202] * 5 + [429]
        mails.deliver()
        assert len(mails.texts) == 3

    def test_repeats_no_token_in_a_problem(self, mails: Mailbox) -> None:
        answer = reset("a-guessed-token")
        assert answer.status == 422
        assert "a-guessed-token" not in answer.text


class TestEmailVerification:
    def test_follows_a_registration(self, mails: Mailbox) -> None:
        assert call(register, "POST", f"{AUTH}/register", body=ANNA).status == 201
        tokens = call(log_in, "POST", f"{AUTH}/login", body=ANNA).json
        headers = {"authorization": f"Bearer {tokens['access_token']}"}
        mails.deliver()
        first = mails.token()
        path = f"{AUTH}/email/verification"
        assert call(request_verification, "POST", path, headers=headers).status == 202
        mails.deliver()
        profile = "/api/v1/users/me/profile"
        assert call(get_profile, "GET", profile, headers=headers).json["email_verified_at"] is None
        body = {"token": first}
        assert call(verify_email, "POST", f"{AUTH}/email/verify", body=body).status == 204
        assert call(get_profile, "GET", profile, headers=headers).json["email_verified_at"]
        for token in (first, mails.token()):
            again = call(verify_email, "POST", f"{AUTH}/email/verify", body={"token": token})
            assert (again.status, again.json["code"]) == (422, "invalid_mail_token")
        assert call(request_verification, "POST", path, headers=headers).status == 202
        mails.deliver()
        assert len(mails.texts) == 2


class TestLoginLock:
    def test_is_told_to_the_owner_once_a_day(self, mails: Mailbox) -> None:
        make_account("anna")
        for address in ("203.0.113.7", "203.0.113.8"):
            for _ in range(10):
                body = {**ANNA, "password": "guess-guess"}
                call(log_in, "POST", f"{AUTH}/login", body=body, address=address)
        mails.deliver()
        (text,) = mails.texts
        assert "203.0.113.7" in text

    def test_of_an_unknown_account_is_told_to_nobody(self, mails: Mailbox) -> None:
        for _ in range(11):
            call(log_in, "POST", f"{AUTH}/login", body=ANNA, address="203.0.113.7")
        mails.deliver()
        assert mails.texts == []
