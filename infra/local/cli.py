"""The `mara` command line."""

import argparse
import sys
from collections.abc import Callable, Sequence

from infra.local import lifecycle
from infra.local.chains import commands as chains
from infra.local.cli_arguments import arguments_of
from infra.local.progress import step
from infra.local.scaffold import commands as scaffold
from infra.local.settings import front_url, ports

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
    try:
        status: int = options.run(options)
    except RuntimeError as error:  # every failure of the local cloud is one, with a remedy
        sys.stderr.write(f"\nmara: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def up(_: argparse.Namespace) -> int:
    """Start everything, deploy, and create the demo account."""
    from infra.local import deploy, migrate, seed
    from infra.local.chains import servers

    with step("looking for anvil, which serves as a chain"):
        missing = servers.install()
    with step("starting PostgreSQL, the AWS emulator, the chains and the proxy"):
        lifecycle.start()
        servers.prepare()
    with step("migrating the database"):
        migrate.migrate()
    with step("packaging and deploying template.yaml"):
        deploy.deploy()
    with step("starting to scan the chains"):
        unread = chains.begin()
    with step("seeding the demo account, its agent and its runbook"):
        account = seed.seed()
    print(seed.welcome(account))
    for failure in unread:
        print(f"{failure}\nTo start over with an empty stack: make down, and delete .mara")
    if missing is not None:
        print(f"Arbitrum and Tron are off; everything else works. {missing}")
    return 0


def down(_: argparse.Namespace) -> int:
    """Stop everything; the data stays."""
    print("stopped" if lifecycle.stop() else "nothing was running")
    return 0


def status(_: argparse.Namespace) -> int:
    """Print whether the local cloud runs, and where; exit status 1 where it does not."""
    from infra.local.chains import servers

    pid = lifecycle.running_pid()
    if pid is None:
        print("down: start it with `make up`")
        return 1
    where = ports()
    print(
        f"up: {front_url()} (process {pid}; emulator {where.emulator}, database {where.postgres}, "
        f"language model {_language_model()})"
    )
    print("chains: " + ", ".join(f"{name} {place}" for name, place in servers.describe().items()))
    return 0


def _language_model() -> str:
    from infra.local.language_model import parameters

    known = parameters()
    return f"{known['LanguageModel']} at {known['OllamaUrl']}" if known else "none: agents quote"


def logs(_: argparse.Namespace) -> int:
    """Follow the logs of all functions until interrupted."""
    from infra.local.logs import follow

    follow()
    return 0


def redeploy(_: argparse.Namespace) -> int:
    """Deploy what changed in the source."""
    from infra.local import deploy

    with step("deploying what changed"):
        deploy.deploy()
    return 0


def demo(_: argparse.Namespace) -> int:
    """Play the demo story over HTTP and print it."""
    from infra.local.demo_story import play

    play()
    return 0


def superuser(options: argparse.Namespace) -> int:
    """Make a registered account a superuser."""
    from infra.local.superuser import appoint

    print(appoint(options.email))
    return 0


def reindex(_: argparse.Namespace) -> int:
    """Build the configured search index and switch to it."""
    from infra.local import reindex as reindexing

    print(reindexing.reindex())
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Run an agent's evaluation cases and print the score."""
    from infra.local import evaluate as evaluation

    print(evaluation.evaluate(options.agent, options.version))
    return 0


def model(options: argparse.Namespace) -> int:
    """``mara model pull [NAME]``."""
    from infra.local.language_model import pull

    for line in pull(options.name):
        print(line, flush=True)
    return 0


def vault(options: argparse.Namespace) -> int:
    """Rewrap the data keys of all seeds with the current wrapping key."""
    from infra.local.rewrap import rewrap

    print(rewrap(options.before))
    return 0


def ledger(_: argparse.Namespace) -> int:
    """Verify every balance against the postings."""
    from infra.local import ledger as books

    print(books.verify())
    return 0


def openapi(_: argparse.Namespace) -> int:
    """Generate the OpenAPI document."""
    from infra.local.openapi import write

    print(write())
    return 0


def triggers(_: argparse.Namespace) -> int:
    """Generate the README's table of triggers."""
    from infra.local.triggers import write

    print(write())
    return 0


def permissions(_: argparse.Namespace) -> int:
    """Generate the table of permissions."""
    from infra.local.routes import write

    print(write())
    return 0


def template(_: argparse.Namespace) -> int:
    """Generate the environment of every function in template.yaml."""
    from infra.local.function_environment import write

    print(write())
    return 0


def alarms(_: argparse.Namespace) -> int:
    """Generate infra/observability.yaml."""
    from infra.local.alarms import write

    print(write())
    return 0


def generate(_: argparse.Namespace) -> int:
    """Generate every file that is derived from the handlers and the template."""
    from infra.local import alarms, function_environment, openapi, routes, triggers

    for module in (function_environment, alarms, openapi, routes, triggers):
        print(module.write())
    return 0


def secrets(options: argparse.Namespace) -> int:
    """Write or rotate a secret of a stage."""
    from infra.local import secret_commands

    print(secret_commands.run(options.action, options.stage, options.name, sys.stdin))
    return 0


def images(_: argparse.Namespace) -> int:
    """Print the template with container images for the functions that embed."""
    from infra.local.images import template

    print(template())
    return 0


def invoke(options: argparse.Namespace) -> int:
    """Invoke one function in this process."""
    from infra.local.invoke import invoke as invoke_function

    print(invoke_function(options.function, options.event))
    return 0


def layers(_: argparse.Namespace) -> int:
    """Export the requirements of the layers from uv.lock."""
    from infra.local.layers import export

    print(export())
    return 0


def revision(options: argparse.Namespace) -> int:
    """Draft a migration from the declared tables."""
    from infra.local.migrate import draft_revision

    print(draft_revision(options.message))
    return 0


def faucet(options: argparse.Namespace) -> int:
    """Send test USDT to an address on a local chain."""
    print(chains.faucet(options.address, options.amount, options.network))
    return 0


def chain(options: argparse.Namespace) -> int:
    """Control a local chain, or scan it."""
    print(chains.chain(options))
    return 0


COMMANDS: dict[str, tuple[Command, str]] = {
    "up": (up, "start everything, deploy, and create the demo account"),
    "down": (down, "stop everything; the data stays"),
    "status": (status, "whether it runs, and where"),
    "logs": (logs, "follow the logs of all functions"),
    "redeploy": (redeploy, "deploy what changed in the source"),
    "demo": (demo, "play the story over HTTP and print it"),
    "superuser": (superuser, "make a registered account a superuser"),
    "reindex": (reindex, "switch to the configured search index, without an outage"),
    "evaluate": (evaluate, "run an agent's evaluation cases and print its score"),
    "model": (model, "pull: download a language model to the Ollama server at OLLAMA_HOST"),
    "vault": (vault, "rewrap: wrap the data keys of all seeds with the current key"),
    "ledger": (ledger, "verify: derive every balance from the postings and compare"),
    "faucet": (faucet, "send test USDT to an address on a chain of the local cloud"),
    "chain": (chain, "mine, reorg, finalize: move a local chain; scan, rescan: read it"),
    "generate": (generate, "run openapi, triggers, permissions, template and alarms, which follow"),
    "openapi": (openapi, "generate the OpenAPI document"),
    "triggers": (triggers, "generate the README's table of triggers"),
    "permissions": (permissions, "write the table of permissions from the handlers"),
    "revision": (revision, "draft a migration: the declared tables against the migrated schema"),
    "template": (template, "generate the environment of every function in template.yaml"),
    "alarms": (alarms, "generate infra/observability.yaml from the list of alarms"),
    "secrets": (secrets, "put: write a stage's secret from stdin; rotate: sign with a new one"),
    "images": (images, "print the template with container images, for sentence-transformers"),
    "layers": (layers, "generate the layers' requirements from uv.lock"),
    "new": (scaffold.new, "write the files of a route, a queue, a schedule or a domain"),
    "invoke": (invoke, "invoke one function in this process, with a sample event or your own"),
}

if __name__ == "__main__":
    sys.exit(main())
