"""Starts the processes of Python functions by a fork of one that has imported their packages.

ministack starts an interpreter for each process of a function: a second of CPU goes into imports
of packages that all functions share. On AWS each environment has its own CPU for that; here a burst
of requests shares the cores of a laptop. Our own code is not imported ahead: it comes with the
function's layer. Decision 0039.
"""

import subprocess
import sys
from collections.abc import Sequence
from multiprocessing import forkserver, get_context
from typing import Any

from infra.local.emulator.forked_process import ForkedProcess

PRELOADED = (
    "aws_lambda_powertools",
    "aws_lambda_powertools.metrics",
    "boto3",
    "botocore.client",
    "cryptography.hazmat.primitives.ciphers.aead",
    "email_validator",
    "fastapi",
    "fastapi.exceptions",
    "jwt",
    "mangum",
    "psycopg",
    "pydantic_settings",
    "sqlalchemy",
    "sqlalchemy.dialects.postgresql.psycopg",
)
"""Packages that many functions import. A name that can't be imported fails the unit test."""


class SubprocessModule:
    """The module ``subprocess`` for ministack, whose ``Popen`` forks where it would run Python."""

    def __getattr__(self, name: str) -> Any:
        """Return what the real module has."""
        return getattr(subprocess, name)

    @staticmethod
    def Popen(command: Sequence[str], **options: Any) -> Any:  # noqa: N802 - the module's name
        """Start ``command``; see ``subprocess.Popen``."""
        if command[0] != sys.executable:
            return subprocess.Popen(command, **options)
        return ForkedProcess(command, cwd=options["cwd"], env=options["env"])


def fork_functions() -> None:
    """Make the emulator fork the processes of Python functions, and begin to import packages."""
    from ministack.core import lambda_runtime as runtime

    get_context("forkserver").set_forkserver_preload([*PRELOADED])
    forkserver.ensure_running()
    runtime.subprocess = SubprocessModule()
