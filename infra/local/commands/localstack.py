"""`mara localstack`: the stack on LocalStack, with functions in containers."""

import argparse
from pathlib import Path

from infra.local.localstack.stage import PORT_BASE, URL, Choices


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions of `mara localstack` and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    up = actions.add_parser(
        "up", help="build, start, migrate, write the secrets, deploy; harmless a second time"
    )
    up.add_argument(
        "--url", help="of a LocalStack that runs already; default: start one with Docker Compose"
    )
    up.add_argument(
        "--layers",
        default="",
        metavar="DIR",
        help="the folder that it mounts at /opt/python of every function",
    )
    up.add_argument(
        "--port-base",
        type=int,
        default=PORT_BASE,
        metavar="PORT",
        help="the first port of the servers beside it (default: %(default)s)",
    )
    down = actions.add_parser("down", help="stop what `up` started")
    down.add_argument(
        "--delete-data", action="store_true", help="delete the database and the chains too"
    )
    actions.add_parser("status", help="whether it runs, and where")


def run(options: argparse.Namespace) -> int:
    """Run one action; exit status 1 where `status` finds something down."""
    from infra.local.localstack import lifecycle

    if options.action == "up":
        choices = Choices(
            url=(options.url or URL).rstrip("/"),
            uses_compose=options.url is None,
            port_base=options.port_base,
            # Absolute, because later commands may run in another folder.
            layers=str(Path(options.layers).resolve()) if options.layers else "",
        )
        print(lifecycle.up(choices))
        return 0
    if options.action == "down":
        print(lifecycle.down(delete_data=options.delete_data))
        return 0
    text, works = lifecycle.status()
    print(text)
    return 0 if works else 1
