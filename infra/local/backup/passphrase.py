"""The passphrase of a backup: from the environment or the terminal, never from the command line."""

import getpass
import os
import sys

from infra.local.backup.sealed import PASSPHRASE_MIN

VARIABLE = "MARA_BACKUP_PASSPHRASE"


class NoPassphrase(RuntimeError):
    """There is none, it is too short, or it was typed in two ways."""


def read_passphrase(*, twice: bool) -> str:
    """Return it; asked for ``twice`` where a file is written with it. Raises NoPassphrase.

    It is taken out of the environment, which programs that this process starts inherit. An empty
    variable is none.
    """
    given = os.environ.pop("MARA_BACKUP_PASSPHRASE", "")
    if not given and not sys.stdin.isatty():
        raise NoPassphrase(f"Set {VARIABLE}: there is no terminal to ask for the passphrase.")
    phrase = given or getpass.getpass("Passphrase of the backup: ")
    if len(phrase) < PASSPHRASE_MIN:
        raise NoPassphrase(f"The passphrase needs {PASSPHRASE_MIN} characters at least.")
    if twice and not given and getpass.getpass("Again: ") != phrase:
        raise NoPassphrase("The passphrases differ.")
    return phrase
