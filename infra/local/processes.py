"""Child processes that end with their parent, whatever kills it."""

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
    ordinary_user: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start a server whose output goes to ``log``.

    ``ordinary_user`` is for programs that refuse to run as root: see ``become_ordinary``.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            preexec_fn=_prepare(  # noqa: PLW1509 - called before there are threads
                on_parent_death, ordinary_user=ordinary_user
            ),
        )


def adopt_orphans() -> None:
    """What our children leave behind when they end becomes ours, to be waited for."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def wait_for_all() -> None:
    """Until there is no child left; only for the end, when nobody waits for one of them."""
    with suppress(ChildProcessError):
        while True:
            os.wait()


def run_as_ordinary_user(command: Sequence[str | Path]) -> None:
    """Run to the end. Raises subprocess.CalledProcessError with what it printed."""
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        preexec_fn=_prepare(signal.SIGKILL, ordinary_user=True),
    )


def owner_for_ordinary_user() -> int | None:
    """Whom the files of such a program must belong to; ``None``: to whoever we are."""
    return _nobody().pw_uid if os.geteuid() == 0 and not _can_unshare() else None


def _prepare(on_parent_death: signal.Signals, *, ordinary_user: bool) -> Callable[[], None]:
    parent = os.getpid()
    enter: Callable[[], None] | None = None
    if ordinary_user and os.geteuid() == 0:
        enter = _enter_user_namespace if _can_unshare() else _become_nobody

    def prepare() -> None:
        if enter:
            enter()
        os.setpgid(0, 0)  # a Ctrl-C in the terminal is for the parent, which stops us in order
        _libc.prctl(_PR_SET_PDEATHSIG, on_parent_death)  # last: a change of user clears it
        if os.getppid() not in (parent, 0):
            os._exit(1)  # the parent died before we asked

    return prepare


def _enter_user_namespace() -> None:
    """Root outside, an ordinary user inside: so it reads what lies under root's own folders."""
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
    """Some containers forbid user namespaces."""
    probe = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x10000000) != 0)"
    return subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
