"""Commands that back the local stack up, and restore it."""

import argparse

from infra.local.progress import step


def backup(options: argparse.Namespace) -> int:
    """Write the backup of the local stack to a new file."""
    from infra.local import stacks
    from infra.local.backup.passphrase import read_passphrase
    from infra.local.backup.take import take

    stacks.select()
    phrase = read_passphrase(twice=True)
    with step(f"writing {options.file}"):
        manifest = take(options.file, phrase)
    size = options.file.stat().st_size / 1024**2
    print(f"{len(manifest.parts)} parts, {size:.1f} MB, schema {manifest.revision}")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Make a backup the stack of this folder."""
    from infra.local.backup.passphrase import read_passphrase
    from infra.local.backup.restore import restore as put_back
    from infra.local.settings import state_dir
    from infra.local.stacks import command

    phrase = read_passphrase(twice=False)
    with step(f"restoring {options.file} into {state_dir()}"):
        done = put_back(options.file, phrase, replace=options.replace, outside=options.outside)
    if done.manifest.revision != done.revision:
        print(f"migrated from the schema {done.manifest.revision} to {done.revision}")
    if done.former is not None:
        print(f"the former stack is in {done.former}")
    print(f"{done.note}\nstart it: {command('make up')}")
    return 0
