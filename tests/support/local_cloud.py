"""A local cloud for one test: a folder, ports and processes of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx

from infra.local.log_events import events_of
from infra.local.settings import REGION, Ports
from tests.support.ports import free_ports, is_free
from tests.support.processes import kill

ROOT = Path(__file__).parents[2]
COMMAND_TIMEOUT_S = 600.0
POLL_S = 0.1
LOG_LINES = 40
SERVERS = len(Ports.__dataclass_fields__)
"""They listen on ports in a row."""


def run_mara(
    *arguments: str, env: Mapping[str, str], timeout_s: float = COMMAND_TIMEOUT_S
) -> "subprocess.CompletedProcess[str]":
    """Run the `mara` command line of this checkout."""
    return subprocess.run(
        [sys.executable, "-m", "infra.local.cli", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def inherited_environment() -> dict[str, str]:
    """The environment without the settings of another stack or of AWS."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("MARA_", "AWS_"))}


@dataclass
class LocalCloud:
    """One local stack, started and stopped through the `mara` command line."""

    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables besides those for the folder and the ports, and MARA_BLOCK_S: chains
    start paused, so that only tests move them."""
    seen: set[int] = field(default_factory=set)
    """The id of every process that ever belonged to it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ports(self) -> range:
        return range(self.port, self.port + SERVERS)

    @property
    def servers(self) -> Ports:
        return Ports(*self.ports)

    @property
    def environment(self) -> dict[str, str]:
        own = {"MARA_HOME": str(self.home), "MARA_PORT_BASE": str(self.port), "MARA_BLOCK_S": "0"}
        return {**inherited_environment(), **own, **self.settings}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The `mara` command line, as a person calls it."""
        return run_mara(*arguments, env=self.environment)

    def up(self) -> None:
        run = self.run("up")
        assert run.returncode == 0, run.stdout + run.stderr
        self.processes()

    def deployed(self) -> dict[str, str]:
        """When each function was deployed the last time."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        listed = [one for page in pages for one in page["Functions"]]
        return {one["FunctionName"]: one["LastModified"] for one in listed}

    def client(self, service: str) -> Any:
        """A client of the AWS emulator of this stack."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=f"http://127.0.0.1:{self.servers.emulator}",
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key=self.emulator_secret,
        )

    def logged(self) -> str:
        """The last lines of each of its logs."""
        return "\n".join(f"{log.name}\n{_end_of(log)}" for log in self.logs())

    def logs(self) -> list[Path]:
        """What its servers wrote, a file for each server."""
        return sorted(self.home.glob("*.log"))

    def log_lines(self) -> Iterator[str]:
        """What its servers and all its functions wrote, to stdout and stderr too."""
        for path in self.logs():
            yield from path.read_text("utf-8", "replace").splitlines()
        logs = self.client("logs")
        for groups in logs.get_paginator("describe_log_groups").paginate():
            for group in groups["logGroups"]:
                events = events_of(logs, group["logGroupName"])
                yield from (event["message"] for event in events)

    @property
    def emulator_secret(self) -> str:
        """The secret access key that the AWS emulator of this stack checks."""
        secret: str = json.loads((self.home / "secrets.json").read_text())["emulator_secret"]
        return secret

    def supervisor(self) -> int:
        return int((self.home / "supervisor.pid").read_text())

    def processes(self) -> list[int]:
        """The supervisor and all below it, parents first."""
        children = _children()
        found = [self.supervisor()]
        for pid in found:
            found.extend(children.get(pid, []))
        self.seen.update(found)
        return found

    def process_at(self, port: int) -> int:
        """The id of the process whose command line names this port."""
        wanted = f"--port\0{port}\0".encode()
        (found,) = [pid for pid in self.processes() if wanted in _command(pid)]
        return found

    def process_of(self, words: str) -> int:
        """The id of the process whose command line holds these words, the first one of them."""
        return self.processes_of(words)[0]

    def processes_of(self, words: str) -> list[int]:
        """The ids of the processes whose command line holds these words, parents first."""
        wanted = words.replace(" ", "\0").encode()
        return [pid for pid in self.processes() if wanted in _command(pid)]

    def processes_in(self, words: str) -> list[int]:
        """The ids of the processes whose working folder holds these words, as those of a function.

        They are forked: all have the command line of their parent.
        """
        return [pid for pid in self.processes() if words in _folder(pid)]

    def kill_everything(self) -> None:
        for pid in self.processes():
            kill(pid)

    def left_over(self) -> list[int]:
        """Its processes, past and present, that still run; ``taken_ports`` gives its busy ports."""
        return [pid for pid in sorted(self.seen) if _is_alive(pid)]

    def taken_ports(self) -> list[int]:
        return [port for port in self.ports if not is_free(port)]


RUNNING: list[LocalCloud] = []
"""The stacks of this process of tests."""


@contextmanager
def local_cloud(home: Path, **settings: str) -> Iterator[LocalCloud]:
    """A stack that the caller starts; stopped at the end, by SIGKILL if necessary."""
    cloud = LocalCloud(home, free_ports(SERVERS), settings)
    RUNNING.append(cloud)
    try:
        yield cloud
    finally:
        cloud.run("down")
        for pid in cloud.left_over():
            kill(pid)
        RUNNING.remove(cloud)


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])


def until(what: str, condition: Callable[[], Any], timeout_s: float = 30.0) -> Any:
    """Poll ``condition`` for its first truthy value; fail the test after ``timeout_s``."""
    give_up_at = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < give_up_at, f"not within {timeout_s:.0f} s: {what}"
        time.sleep(POLL_S)
    return value


def ok(response: httpx.Response) -> Any:
    """The body of a successful response; any other fails the test."""
    assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if (stat := _stat(pid)) is not None:
            children.setdefault(int(stat[1]), []).append(pid)
    return children


def _is_alive(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[0] != "Z"


def _command(pid: int) -> bytes:
    """Its command line, a zero byte after each word; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _folder(pid: int) -> str:
    """Its working folder; empty if the process has ended."""
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _stat(pid: int) -> list[str] | None:
    """The fields of proc_pid_stat(5) from the state on: the name before it may hold spaces."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
