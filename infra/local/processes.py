"""Child processes that are terminated with their parent, even if it is killed (Linux)."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWUSER = 0x10000000
_INNER_ID = 1000

_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
    unprivileged: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start a process whose output is appended to ``log``.

    ``on_parent_death`` is the signal that it receives when this process ends. ``unprivileged`` is
    for programs that refuse to run as root.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            preexec_fn=_prepare(  # noqa: PLW1509 - called before there are threads
                on_parent_death, unprivileged=unprivileged
            ),
        )


def adopt_orphans() -> None:
    """Become the subreaper: orphaned descendants become children of this process."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def wait_for_all() -> None:
    """Wait until no child is left; only at exit, when no other code waits for a child."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def run_unprivileged(command: Sequence[str | Path]) -> None:
    """Run a command without root. Raises subprocess.CalledProcessError with its output."""
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        preexec_fn=_prepare(signal.SIGKILL, unprivileged=True),
    )


def unprivileged_owner() -> int | None:
    """Return the user id that must own the program's files; None for the current user."""
    return _nobody().pw_uid if os.geteuid() == 0 and not _can_unshare() else None


def _prepare(on_parent_death: signal.Signals, *, unprivileged: bool) -> Callable[[], None]:
    parent = os.getpid()
    enter: Callable[[], None] | None = None
    if unprivileged and os.geteuid() == 0:
        enter = _enter_user_namespace if _can_unshare() else _become_nobody

    def prepare() -> None:
        if enter:
            enter()
        os.setpgid(
            0, 0
        )  # Ctrl-C in the terminal reaches the parent only, which then stops its children
        _libc.prctl(_PR_SET_PDEATHSIG, on_parent_death)  # last: changing the user resets it
        if os.getppid() not in (parent, 0):
            os._exit(1)  # the parent had died before prctl

    return prepare


def _enter_user_namespace() -> None:
    """Map root to an ordinary user inside a namespace, which can still read root's folders."""
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_INNER_ID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_INNER_ID} {gid} 1")


def _become_nobody() -> None:
    nobody = _nobody()
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


@cache
def _can_unshare() -> bool:
    """Tell whether user namespaces are allowed; some containers forbid them."""
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
