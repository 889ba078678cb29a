"""The part of the demo story about plans: a limit, a subscription, renewals, and a late payment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from infra.local import billing_clock, demo_money
from infra.local.api_client import Api, ApiRefused, wait_for
from infra.local.chains import servers
from infra.local.demo_console import say

PLAN = "team"
FOR_A_RENEWAL = "25"
"""USDT that cover the second month, and not the third one too."""
MONTH = timedelta(days=31)
QUESTIONS_MAX = 200
"""More than the default plan allows."""
ACTIVE_TIMEOUT_S = 180.0
"""Long enough for a tick of the schedule, if the event of the deposit were lost."""


def play(api: Api, email: str, ask: Callable[[], Any]) -> None:
    """Reach the limit of the default plan, subscribe, and live through three months.

    ``ask`` asks a question and returns its answer. Raises ApiRefused.
    """
    reach_limit(ask)
    subscription = api.call("POST", "/subscriptions", json={"plan": PLAN})
    say(f"subscribed to {PLAN} without money: {_state(subscription)}")
    # The last resort is Aptos, which commits at once: no deposit there is ever in flight.
    network = min(servers.settings(), key=lambda name: name == "aptos")
    pay = _show_where_to_pay(subscription, network)
    demo_money.send(api, network, pay["address"], pay["amount"])
    say(f"sent {pay['amount']} test USDT from the faucet: {_state(_shown(api))}")
    demo_money.credit(api, network)
    say(f"the deposit is final: {_state(_wait_until_active(api))}")
    answer = ask()
    say(f"asked again: {answer['status']}, price {answer['usage']['price']} USDT")
    _renew(api, email, network, pay["address"])
    _pay_late(api, email, network)


def reach_limit(ask: Callable[[], Any]) -> None:
    """Ask until the plan's limit is reached, and print the refusal. Raises ApiRefused."""
    for count in range(QUESTIONS_MAX):
        try:
            ask()
        except ApiRefused as refused:
            problem = refused.problem
            if problem.get("code") != "usage_limit_reached":
                raise
            say(f"asked {count} times more, until the limit of the plan was reached:")
            print(f"  {problem['status']} {problem['title']}: {problem['detail']}")
            rule, ways = problem["rule"], [way["action"] for way in problem["way_out"]]
            used = f"{rule['used']} of {rule['included']} {rule['meter']}"
            print(f"  {used} until {rule['resets_at']}")
            print(f"  ways out: {', '.join(ways)}")
            return
    raise ApiRefused(f"The plan allows more than {QUESTIONS_MAX} questions.")


def _renew(api: Api, email: str, network: str, address: str) -> None:
    demo_money.send(api, network, address, FOR_A_RENEWAL)
    demo_money.credit(api, network)
    say(f"paid in {FOR_A_RENEWAL} USDT more, and moved the billing time on by a month:")
    print(f"  {billing_clock.advance(email, MONTH)}")
    print(f"  {_state(_shown(api))}")
    newest = api.call("GET", "/subscriptions/my/invoices", params={"limit": 1})["items"][0]
    _print_invoice(api.call("GET", f"/subscriptions/my/invoices/{newest['id']}"))


def _pay_late(api: Api, email: str, network: str) -> None:
    say("another month later the balance is too low:")
    print(f"  {billing_clock.advance(email, MONTH)}")
    late = _shown(api)
    print(f"  {_state(late)}, {late['missing']} USDT missing")
    print(f"  without a payment it ends as {late['ends']['reason']} at {late['ends']['at']}")
    pay = _pay_of(late, network)
    demo_money.send(api, network, pay["address"], pay["amount"])
    if network != "aptos":
        paused = _wait(api, lambda one: one["ends"]["is_paused"])
        say(f"a deposit of {paused['in_flight']} USDT is in flight: the time to pay stands still")
    demo_money.credit(api, network)
    say(f"it is credited: {_state(_wait_until_active(api))}")


def _show_where_to_pay(subscription: Any, network: str) -> Any:
    for pay in subscription["pay"]:
        print(f"  {pay['network']:<9} {pay['amount']} USDT to {pay['address']}")
    pay = _pay_of(subscription, network)
    print(f"  QR code of {network}: {pay['qr']['payload']} ({len(pay['qr']['svg'])} bytes of SVG)")
    return pay


def _pay_of(subscription: Any, network: str) -> Any:
    return next(pay for pay in subscription["pay"] if pay["network"] == network)


def _print_invoice(invoice: Any) -> None:
    print(f"  invoice {invoice['number']}, {invoice['state']}, total {invoice['total']} USDT")
    for line in invoice["lines"]:
        print(f"  {line['amount']:>12}  {line['text']}")
    for source in invoice["paid_by"]:
        print(f"  {source['amount']:>12}  paid by: {source['text']} {source['transaction'] or ''}")


def _state(subscription: Any) -> str:
    plan, charge = subscription["plan"]["code"], subscription["next_charge"]
    if charge is None:
        return f"{plan} is {subscription['state']}"
    due = f"{charge['amount']} USDT at {charge['at'][:10]}"
    return f"{plan} is {subscription['state']}, next charge {due}"


def _shown(api: Api) -> Any:
    return api.call("GET", "/subscriptions/my")


def _wait_until_active(api: Api) -> Any:
    return _wait(api, lambda one: one["state"] == "active")


def _wait(api: Api, is_so: Callable[[Any], bool]) -> Any:
    """Wait for what events and the schedule do by themselves. Raises ApiRefused."""

    def shown() -> Any:
        subscription = _shown(api)
        return subscription if is_so(subscription) else None

    return wait_for(shown, ACTIVE_TIMEOUT_S, lambda: f"Still {_state(_shown(api))}")
