"""The process of a stack's supervisor: whether it runs, and for which folder."""

import os
from pathlib import Path

PID_FILE = "supervisor.pid"
MODULE = "infra.local.supervisor"


def supervisor_of(folder: Path) -> int | None:
    """Return the process id of the folder's supervisor, or None where it does not run.

    The id in a copied or an old folder may be that of another stack's supervisor: the process
    itself says which folder it serves.
    """
    try:
        pid = int((folder / PID_FILE).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid if MODULE.encode() in command and _serves(pid, folder) else None


def _serves(pid: int, folder: Path) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except PermissionError:
        return True  # of another user, who has not copied this folder
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"MARA_HOME=" + os.fsencode(folder.resolve()) in variables
