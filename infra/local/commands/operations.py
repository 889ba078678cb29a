"""Commands that administer the data and the secrets of a running stage."""

import argparse
import sys


def superuser(options: argparse.Namespace) -> int:
    """Make a registered account a superuser."""
    from infra.local.superuser import appoint

    print(appoint(options.email))
    return 0


def scrape_token(_: argparse.Namespace) -> int:
    """Print the scrape token of the local stack."""
    from infra.local.settings import load_secrets

    print(load_secrets().scrape_token)
    return 0


def clock(options: argparse.Namespace) -> int:
    """Move a user's billing time forward."""
    from infra.local.billing_clock import advance

    print(advance(options.user, options.by))
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


def ship_again(options: argparse.Namespace) -> int:
    """Call ship_logs again with the batches of log lines that it has given up."""
    from infra.local import ship_again as shipping

    print(shipping.ship_again(options.stage))
    return 0


def queues(_: argparse.Namespace) -> int:
    """Print the state of the queues."""
    from infra.local import dead_letters as letters

    print(letters.show_queues())
    return 0


def dead_letters(options: argparse.Namespace) -> int:
    """``mara dead-letters list|redrive|discard QUEUE``."""
    from infra.local import dead_letters as letters

    if options.action == "list":
        print(letters.show_letters(options.queue))
    elif options.action == "redrive":
        print(letters.redrive(options.queue, options.ids, dry_run=options.dry_run))
    else:
        print(letters.discard(options.queue, options.ids, options.reason, options.dry_run))
    return 0


def mail(_: argparse.Namespace) -> int:
    """Print the e-mails that the local stack sent."""
    from infra.local import mailbox
    from infra.local.settings import load_secrets, ports

    print(mailbox.text(mailbox.read(ports().emulator, load_secrets().emulator_secret)))
    return 0


def audit(options: argparse.Namespace) -> int:
    """Verify the audit against its chain and its anchors, or note a restore."""
    from infra.local import verify_audit

    if options.action == "note-restore":
        print(verify_audit.note_restore(options.of, is_another=options.another))
    else:
        print(verify_audit.verify(options.head))
    return 0


def ledger(_: argparse.Namespace) -> int:
    """Verify every balance against the postings."""
    from infra.local import ledger as books

    print(books.verify())
    return 0


def secrets(options: argparse.Namespace) -> int:
    """Write or rotate a secret of a stage."""
    from infra.local import secret_commands

    print(secret_commands.run(options.action, options.stage, options.name, sys.stdin))
    return 0
