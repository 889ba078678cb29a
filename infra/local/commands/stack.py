"""Commands that start, stop, watch and demonstrate the local cloud."""

import argparse

from infra.local import lifecycle
from infra.local.chains import commands as chains
from infra.local.progress import step
from infra.local.settings import state_dir
from infra.local.stacks import command


def up(_: argparse.Namespace) -> int:
    """Start everything, deploy, and create the demo account."""
    from infra.local import deploy, language_model, migrate, platform_bot, seed, seed_plans
    from infra.local.chains import servers

    if not lifecycle.is_running():
        lifecycle.check()  # first, for the rest takes a minute
    with step("looking for anvil, which serves as a chain"):
        missing = servers.install()
    with step("starting PostgreSQL, the AWS emulator, the chains and the front door"):
        lifecycle.start()
        servers.prepare()
        platform_bot.prepare()
    with step("migrating the database"):
        migrate.migrate()
    with step("packaging and deploying template.yaml"):
        deploy.deploy()
    with step("starting to scan the chains"):
        unread = chains.begin()
    with step("connecting the platform's bot"):
        platform_bot.connect()
    with step("creating the plans team, business and unlimited"):
        seed_plans.seed()
    with step("seeding the demo account, its agent and its runbook"):
        account = seed.seed()
    print(seed.welcome(account))
    for failure in unread:
        start_over = f"{command('make down')}, and delete {state_dir()}"
        print(f"{failure}\nTo start over with an empty stack: {start_over}")
    if line := language_model.notice():
        print(line)
    if missing is not None:
        print(f"Arbitrum and Tron are off; everything else works. {missing}")
    return 0


def down(_: argparse.Namespace) -> int:
    """Stop everything; the data stays."""
    print("stopped" if lifecycle.stop() else f"nothing was running in {state_dir()}")
    return 0


def status(_: argparse.Namespace) -> int:
    """Print which stack runs, and the state of each server; exit status 1 where one is down."""
    from infra.local.status import describe

    found = describe()
    print(found.text)
    return 0 if found.is_up else 1


def logs(options: argparse.Namespace) -> int:
    """Print the latest log lines of all functions, and follow them until interrupted."""
    from infra.local.logs import LineFilter, show

    wanted = LineFilter(function=options.function, request_id=options.request, level=options.level)
    show(wanted, options.since, follow=not options.no_follow)
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
