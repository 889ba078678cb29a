"""`mara clock advance 35d --user EMAIL`: moves a user's billing time forward."""

import argparse
import os
import re
from datetime import timedelta
from typing import Final

from infra.local.invoke import environment_of, folder_of

UNITS: Final = {"d": "days", "h": "hours", "m": "minutes"}
DURATION: Final = re.compile(r"([1-9][0-9]{0,8})([dhm])")


def duration(text: str) -> timedelta:
    """The time of a text such as ``35d``, ``12h`` or ``30m``. Raises ArgumentTypeError."""
    found = DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 35d, 12h or 30m")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``mara clock``."""
    parser.add_argument("action", choices=["advance"])
    parser.add_argument("by", type=duration, help="such as 35d, 12h or 30m")
    parser.add_argument("--user", required=True, metavar="EMAIL", help="whose billing time moves")


def advance(email: str, by: timedelta) -> str:
    """Advance and do what became due; a sentence with the new time. Raises RuntimeError."""
    if "MARA_DATABASE_URL" not in os.environ:
        os.environ.update(environment_of(folder_of("advance_clock")))
    from mara.kernel.errors import DomainError, Unavailable
    from mara.wiring.billing_clock import billing_clock_service
    from mara.wiring.users import user_administration_service

    try:
        user = user_administration_service().find(email)
        moved = billing_clock_service().advance(user.id, by)
    except Unavailable:
        raise
    except DomainError as error:
        raise RuntimeError(f"{email}: {error.detail}") from error
    return f"the billing time of {user.email} is {moved:%Y-%m-%d %H:%M} UTC"
