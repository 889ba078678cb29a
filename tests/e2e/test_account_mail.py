"""The e-mails about an account, from the local mailbox back to the API, on the deployed stack."""

import re
from typing import Any

from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.story import PASSWORD, Customer

NEW_PASSWORD = "harbour-ladder-77-violet"
MAIL_TIMEOUT_S = 90.0
"""The relay of the outbox runs once a minute where its first attempt fails."""


def token_for(stack: LocalCloud, customer: Customer, route: str) -> str:
    """The token that `mara mail` shows for this customer and route."""
    pattern = rf"to {re.escape(customer.email)}\n(?:(?!\n---\n).)*POST {route}: (\S+)"

    def found() -> Any:
        run = stack.run("mail")
        assert run.returncode == 0, run.stderr
        return re.search(pattern, run.stdout, re.DOTALL)

    return str(until(f"an e-mail names {route}", found, MAIL_TIMEOUT_S)[1])


def test_an_address_is_confirmed_once(stack: LocalCloud, somebody: Customer) -> None:
    route = "/api/v1/auth/email/verify"
    assert ok(somebody.call("GET", "/users/me/profile"))["email_verified_at"] is None
    body = {"token": token_for(stack, somebody, route)}
    assert somebody.call("POST", "/auth/email/verify", json=body).status_code == 204
    assert ok(somebody.call("GET", "/users/me/profile"))["email_verified_at"] is not None
    assert somebody.call("POST", "/auth/email/verify", json=body).status_code == 422


def test_a_forgotten_password_is_replaced_and_all_sessions_end(
    stack: LocalCloud, somebody: Customer
) -> None:
    asked = somebody.call("POST", "/auth/password/forgot", json={"email": somebody.email})
    assert asked.status_code == 202
    token = token_for(stack, somebody, "/api/v1/auth/password/reset")
    body = {"token": token, "new_password": NEW_PASSWORD}
    assert somebody.call("POST", "/auth/password/reset", json=body).status_code == 204
    assert somebody.call("GET", "/users/me/profile").status_code == 401
    for password, status in ((PASSWORD, 401), (NEW_PASSWORD, 200)):
        credentials = {"email": somebody.email, "password": password}
        assert somebody.call("POST", "/auth/login", json=credentials).status_code == status
