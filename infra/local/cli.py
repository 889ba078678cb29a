"""The `mara` command line."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.local import stacks
from infra.local.cli_arguments import arguments_of
from infra.local.cli_failures import Acting, leave_quietly
from infra.local.commands import (
    backups,
    chains,
    development,
    localstack,
    operations,
    stack,
    telegram,
)
from infra.local.env_variables import load_env_file
from infra.local.scaffold import commands as scaffold
from infra.local.settings import STAGE

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a known failure is printed to stderr as a sentence, with exit status 1."""
    parser = argparse.ArgumentParser(prog="mara", description="The local cloud of MARA.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (run, help_) in COMMANDS.items():
        command = commands.add_parser(name, help=help_)
        command.set_defaults(run=run)
        arguments_of(name)(command)
    options = parser.parse_args(arguments)
    acting = Acting(False, False)
    try:
        load_env_file()
        acting = _acting(options)
        if acting.on_the_stack:
            stacks.select()
            if options.command not in OF_A_STOPPED_STACK:
                stacks.check_runs()
        status: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError as error:
        return leave_quietly(error)
    except Exception as error:
        if (sentence := acting.sentence_of(error)) is None:
            raise
        sys.stderr.write(f"\nmara: {sentence}\n")
        return 1
    return status


def _acting(options: argparse.Namespace) -> Acting:
    """Return what a command acts on; asked before it runs, for it sets variables itself."""
    named = [str(value) for value in vars(options).values() if isinstance(value, str | Path)]
    if options.command in NEED_NO_STACK or getattr(options, "stage", STAGE) != STAGE:
        return Acting(False, False, named)
    is_of_a_database = options.command in OF_A_DATABASE or (
        options.command == "chain" and options.action == "rescan"
    )
    names_one = is_of_a_database and "MARA_DATABASE_URL" in os.environ
    return Acting(not names_one, names_one, named)


NEED_NO_STACK = frozenset(
    {*("new", "generate", "openapi", "triggers", "permissions", "revision", "template", "alarms")}
    | {*("backup", "env", "images", "layers", "localstack", "model", "restore", "up")}
)
"""Commands that concern no stack, or one that need not run."""
OF_A_STOPPED_STACK = frozenset({"down", "scrape-token", "status"})
"""Commands that mean a stack and do their work where it is down, too."""
OF_A_DATABASE = frozenset(
    {*("audit", "clock", "dead-letters", "evaluate", "ledger", "queues", "reindex")}
    | {*("superuser", "vault")}
)
"""Commands that act on the database at MARA_DATABASE_URL, and on a stack only without it."""

COMMANDS: dict[str, tuple[Command, str]] = {
    "up": (stack.up, "start everything, deploy, and create the demo account"),
    "down": (stack.down, "stop everything; the data is kept"),
    "status": (stack.status, "which stack runs, where, and the state of each server"),
    "backup": (backups.backup, "write the whole stack, running or stopped, to an encrypted file"),
    "restore": (backups.restore, "make a backup the stack of an empty folder, or of another's"),
    "logs": (stack.logs, "print the latest log lines of the functions, filtered, and follow them"),
    "redeploy": (stack.redeploy, "deploy what changed in the source"),
    "localstack": (localstack.run, "up, down, status: the same template on LocalStack"),
    "demo": (stack.demo, "play the story over HTTP and print it"),
    "superuser": (operations.superuser, "make a registered account a superuser"),
    "reindex": (operations.reindex, "switch to the configured search index, without an outage"),
    "evaluate": (operations.evaluate, "run an agent's evaluation cases and print its score"),
    "model": (
        operations.model,
        "pull: download a language model to the Ollama server at OLLAMA_HOST",
    ),
    "vault": (operations.vault, "rewrap: wrap all data keys with the current keys"),
    "scrape-token": (operations.scrape_token, "print the token that reads the local metrics"),
    "ship-again": (operations.ship_again, "push the log lines to Loki that it did not take"),
    "queues": (operations.queues, "print depth, age, last error and dead letters of each queue"),
    "dead-letters": (
        operations.dead_letters,
        "list, redrive, discard: messages that no consumer could process",
    ),
    "mail": (operations.mail, "print the e-mails that the local stack sent"),
    "audit": (
        operations.audit,
        "verify: compare the audit with its chain and its anchors; note-restore: note a restore",
    ),
    "ledger": (operations.ledger, "verify: derive every balance from the postings and compare"),
    "clock": (operations.clock, "advance: move a user's billing time, and do what became due"),
    "faucet": (chains.faucet, "send test USDT to an address on a chain of the local cloud"),
    "chain": (
        chains.chain,
        "mine, reorg, finalize, pause, resume: move a local chain; scan, rescan: read it",
    ),
    "telegram": (telegram.run, "say, press, show: the chats of the simulated Telegram"),
    "new": (scaffold.new, "write the files of a route, a queue, a schedule or a domain"),
    "invoke": (
        development.invoke,
        "invoke one function in this process, with a sample event or your own",
    ),
    "generate": (
        development.generate,
        "write all generated files: template, alarms, openapi, permissions and triggers",
    ),
    "openapi": (development.openapi, "generate the OpenAPI document"),
    "triggers": (development.triggers, "generate the README's table of triggers"),
    "permissions": (development.permissions, "write the table of permissions from the handlers"),
    "revision": (
        development.revision,
        "draft a migration: the declared tables against the migrated schema",
    ),
    "template": (
        development.template,
        "generate the environment of every function in template.yaml",
    ),
    "alarms": (
        development.alarms,
        "generate alarms, rules and dashboards",
    ),
    "env": (development.env, "generate .env.example from the settings"),
    "secrets": (
        operations.secrets,
        "put: write a stage's secret from stdin; rotate: sign with a new one",
    ),
    "images": (
        development.images,
        "print the template with container images, for sentence-transformers",
    ),
    "layers": (development.layers, "generate the layers' requirements from uv.lock"),
}

if __name__ == "__main__":
    sys.exit(main())
