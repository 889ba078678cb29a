"""What the `mara` command says where it fails: a sentence for what an operator can mend.

Any other exception is an error of this program and keeps its traceback.
"""

import errno
import os
import select
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from infra.local import stacks
from infra.local.settings import state_dir

DATABASE = "the database"
READER_GONE = 141
"""The exit status of a program that a pipe without a reader ends: 128 and SIGPIPE."""
OF_THE_DISK = frozenset({errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT})
"""Errors of the operating system that no code can prevent."""
OF_THE_ACCOUNT = ("AccessDenied", "ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient")
"""Errors of AWS about the operator's credentials; some codes go on with ``Exception``."""


@dataclass(frozen=True, slots=True)
class Acting:
    """What a command acts on."""

    on_the_stack: bool
    """Whether it needs the local stack to run."""
    on_a_named_database: bool
    """Whether it acts on the database at MARA_DATABASE_URL that the operator set."""
    named: Collection[str] = ()
    """What the command line names; some of it are files."""

    def sentence_of(self, error: Exception) -> str | None:
        """Return what to print about an exception; None for one that is an error of the code."""
        if isinstance(error, RuntimeError):  # of the local cloud, with a remedy
            return str(error)
        unanswered = _unanswered(error)
        if unanswered is None:
            return _refused(error) or self._of_a_file(error)
        if self.on_a_named_database and unanswered.startswith(DATABASE):
            return unanswered.replace(DATABASE, "the database at MARA_DATABASE_URL", 1)
        return self._of_a_server(unanswered) if self.on_the_stack else unanswered

    def _of_a_server(self, unanswered: str) -> str:
        try:
            stacks.check_runs()
        except stacks.StackDown as down:  # it was stopped meanwhile
            return str(down)
        shown = stacks.command("make status")
        return f"{unanswered}\n`{shown}` shows the servers of the stack in {state_dir()}"

    def _of_a_file(self, error: Exception) -> str | None:
        """An error of a file that the command line names, or of the disk."""
        if not isinstance(error, OSError) or not isinstance(error.filename, str | bytes | Path):
            return None
        file = Path(os.fsdecode(error.filename)).absolute()
        places = [Path(text).absolute() for text in self.named]
        if error.errno in OF_THE_DISK or any(
            file == place or place.parent in {file, file.parent} for place in places
        ):
            return f"{file}: {error.strerror}"
        return None


def leave_quietly(error: BrokenPipeError) -> int:
    """Return the exit status after the reader of the output has gone, such as `head`.

    Raises the error where the reader is there: it is one of a socket.
    """
    waiting = select.poll()
    waiting.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in waiting.poll(0)):
        raise error
    # What is left in the buffer would fail again when Python exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE


def _unanswered(error: Exception) -> str | None:
    """Return which server does not answer and why; None for another failure."""
    import httpx
    import psycopg
    from botocore import exceptions as aws

    from mara.kernel.errors import Unavailable
    from mara.kernel.unit_of_work import DatabaseUnavailable

    match error:
        case DatabaseUnavailable():
            return f"{DATABASE} does not answer: {_in_one_line(error.__cause__)}"
        case psycopg.OperationalError():
            return f"{DATABASE} does not answer: {_in_one_line(error)}"
        case Unavailable():
            return f"{error.title}: {error.detail}"
        case aws.ConnectionError() | aws.HTTPClientError():
            return f"AWS does not answer: {error}"
        case httpx.TransportError() | ConnectionRefusedError():
            return f"a server does not answer: {error}"
    return None


def _refused(error: Exception) -> str | None:
    """Return what the product or AWS refuses; None for another failure."""
    from botocore import exceptions as aws

    from mara.kernel.errors import DomainError

    match error:
        case DomainError():
            return f"{error.title}: {error.detail}"
        case aws.NoCredentialsError() | aws.NoRegionError() | aws.ProfileNotFound():
            return f"AWS: {error}"
        case aws.ClientError() if str(error.response["Error"]["Code"]).startswith(OF_THE_ACCOUNT):
            return f"AWS: {error}"
    return None


def _in_one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split())
