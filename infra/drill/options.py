"""The options of the drill, and which of them may go together."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime


def parse(program: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; ``at`` is in UTC. What could harm a stage ends the program with 2."""
    parser = argparse.ArgumentParser(prog="python -m infra.drill", description=program)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--template-stack", default="mara", help="the stack of template.yaml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--snapshot", help="default: the newest one")
    what.add_argument("--at", type=_moment, help="a moment of the last 35 days, with its offset")
    what.add_argument("--latest", action="store_true", help="the latest moment that RDS has")
    parser.add_argument("--keep", action="store_true", help="do not delete the instance")
    _add_real_restore(parser)
    options = parser.parse_args(arguments)
    if refusal := _refusal(options):
        parser.error(refusal)
    return options


def _add_real_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--point",
        metavar="STAGE",
        help="if all checks pass, write the new address into the secrets of this stage",
    )
    parser.add_argument(
        "--into-another-stage",
        action="store_true",
        help="let --point name another stage, whose schedules and bots will work on the rows",
    )
    parser.add_argument(
        "--bring-back",
        action="store_true",
        help="then undelete the files of the restored rows; needs --point of the same stage",
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset from UTC: append Z or +02:00")
    return moment.astimezone(UTC)


def _refusal(options: argparse.Namespace) -> str | None:
    if options.bring_back and options.point != options.stage:
        return (
            "--bring-back undeletes what users and erasures deleted since then, in the bucket that"
            f" {options.stage} works with: it needs --point {options.stage}"
        )
    if options.point not in {None, options.stage} and not options.into_another_stage:
        return (
            f"{options.point} would get the password and all rows of {options.stage}, and its"
            " schedules and bots would work on them: say so with --into-another-stage"
        )
    return None
