"""Commands that start, stop, watch and demonstrate the local cloud."""

import argparse

from infra.local import lifecycle
from infra.local.chains import commands as chains
from infra.local.progress import step
from infra.local.settings import front_url, ports


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


def logs(options: argparse.Namespace) -> int:
    """Print the latest log lines of all functions, and follow them until interrupted."""
    from infra.local.logs import show

    show(options.since, follow=not options.no_follow)
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
