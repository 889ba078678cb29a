"""The arguments of the `mara` commands that take any."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from infra.local import billing_clock
from infra.local.chains import commands as chains
from infra.local.chains import faucet
from infra.local.commands import localstack
from infra.local.log_line import LEVELS
from infra.local.scaffold import commands as scaffold
from infra.local.settings import STAGE

SINCE_MINUTES = 5.0

AddArguments = Callable[[argparse.ArgumentParser], None]


def arguments_of(command: str) -> AddArguments:
    """Return what adds the arguments of a command to its parser."""
    return ARGUMENTS.get(command, _none)


def _none(_: argparse.ArgumentParser) -> None:
    pass


def _of_logs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--since", type=float, default=SINCE_MINUTES, metavar="MINUTES", help="default: %(default)g"
    )
    parser.add_argument("--function", help="of one function only, such as log_in")
    parser.add_argument("--request", metavar="ID", help="of one request only: its X-Request-Id")
    parser.add_argument("--level", choices=LEVELS, type=str.upper, help="of this level or above")
    parser.add_argument("--no-follow", action="store_true", help="end after the lines so far")


def _of_vault(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["rewrap"])
    moment = "also rewrap keys wrapped before this time, such as 2026-11-23T00:00:00Z"
    parser.add_argument("--before", type=datetime.fromisoformat, help=moment)


def _of_secrets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["put", "rotate"])
    parser.add_argument("name", help="put: its value is read from stdin; rotate: tokens")
    _add_stage(parser)


def _add_stage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stage", default=STAGE, help="another stage than local is in your AWS account"
    )


def _of_ship_again(parser: argparse.ArgumentParser) -> None:
    _add_stage(parser)


def _of_superuser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="the e-mail address of a registered account")


def _of_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["verify"])


def _of_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["verify", "note-restore"])
    parser.add_argument(
        "--of", metavar="TEXT", default="a backup", help="note-restore: which backup, and why"
    )
    parser.add_argument(
        "--another",
        action="store_true",
        help="note-restore: do not finish a note that was begun before this restore",
    )
    parser.add_argument(
        "--head", action="append", default=[], metavar="POSITION:HASH", help="also this, of the log"
    )


def _of_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a new file; MARA_BACKUP_PASSPHRASE encrypts it")


def _of_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a backup; MARA_BACKUP_PASSPHRASE opens it")
    parser.add_argument(
        "--replace", action="store_true", help="the folder's stack, which is kept beside it"
    )
    world = "take chains, chats and anchors of this stopped stack; default: of the replaced one"
    parser.add_argument("--outside", type=Path, metavar="HOME", help=world)


def _of_revision(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("message", help="a sentence on what the migration does")


def _of_invoke(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", help="its folder's name, such as log_in")
    parser.add_argument(
        "event",
        nargs="?",
        help="a file; else its sample in infra/local/events, or one built for it",
    )
    parser.add_argument(
        "--demo", action="store_true", help="a route: send an access token of the demo account"
    )


def _of_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["pull"])
    parser.add_argument("name", nargs="?", help="such as qwen2.5:7b; the default, if none is named")


def _of_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agent", help="its id")
    parser.add_argument("--version", type=int, help="default: the newest")


def _of_telegram(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["show", "say", "press"])
    parser.add_argument("chat", nargs="?", help="its title or id; show without one lists the chats")
    parser.add_argument("text", nargs="?", help="what is said, or the label of the button")
    parser.add_argument("--as", dest="person", metavar="NAME", help="default: the first person")
    parser.add_argument("--message", type=int, metavar="ID", help="to reply to, or with the button")


def _of_dead_letters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "redrive", "discard"])
    parser.add_argument("queue", help="such as ingest-document")
    parser.add_argument("--ids", nargs="+", type=UUID, metavar="ID", help="default: all that wait")
    parser.add_argument("--reason", help="why they are discarded; recorded in the audit")
    parser.add_argument("--dry-run", action="store_true", help="only count")


ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "audit": _of_audit,
    "backup": _of_backup,
    "chain": chains.add_chain_arguments,
    "clock": billing_clock.add_arguments,
    "dead-letters": _of_dead_letters,
    "evaluate": _of_evaluate,
    "model": _of_model,
    "faucet": faucet.add_arguments,
    "invoke": _of_invoke,
    "ledger": _of_ledger,
    "localstack": localstack.add_arguments,
    "logs": _of_logs,
    "new": scaffold.add_arguments,
    "restore": _of_restore,
    "revision": _of_revision,
    "secrets": _of_secrets,
    "ship-again": _of_ship_again,
    "superuser": _of_superuser,
    "telegram": _of_telegram,
    "vault": _of_vault,
}
"""The arguments of the commands that take any."""
