"""Customers of a deployed stack who ask or store more than the default plan includes."""

from http import HTTPStatus

from tests.support.local_cloud import LocalCloud, ok
from tests.support.story import Customer

PLAN = {
    "code": "unlimited",
    "name": {"ru": "Без ограничений", "en": "Unlimited"},
    "visibility": "hidden",
    "price": "0",
    "interval": {"unit": "month"},
    "features": ["generated_answers", "alerts", "webhooks"],
}


def subscribe_without_limits(stack: LocalCloud, customer: Customer) -> None:
    """Subscribe to a hidden plan that costs nothing, as an administrator may sell it."""
    administrator = Customer(stack.url)
    administrator.register()
    appointed = stack.run("superuser", administrator.email)
    assert appointed.returncode == 0, appointed.stderr
    administrator.log_in()
    made = administrator.call("POST", "/plans", json=PLAN)
    assert made.status_code in {HTTPStatus.CREATED, HTTPStatus.CONFLICT}, made.text
    subscribed = ok(customer.call("POST", "/subscriptions", json={"plan": PLAN["code"]}))
    assert subscribed["state"] == "active"
