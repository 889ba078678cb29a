"""Bodies of requests that create and change plans."""

from typing import Any

PLAN: dict[str, Any] = {
    "code": "team",
    "name": {"ru": "Команда", "en": "Team"},
    "price": "29",
    "interval": {"unit": "month"},
    "discount_percent": 10,
    "allowances": {"answers": 2000, "agents": 10},
    "overage": {"answers": {"price": "0.02"}},
    "features": ["generated_answers"],
}


def plan_body(**terms: Any) -> dict[str, Any]:
    """The body of a new plan, with other ``terms``."""
    return {**PLAN, **terms}


def change_body(**terms: Any) -> dict[str, Any]:
    """The body of a change of that plan, with other ``terms``."""
    return {name: value for name, value in plan_body(**terms).items() if name != "code"}
