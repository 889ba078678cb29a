"""The modules whose mutants must be killed, and the unit tests that have to kill them."""

from fnmatch import fnmatchcase
from pathlib import Path

from infra.local.settings import ROOT

TARGETS = {
    "mara.kernel.money": "tests/unit/kernel",
    "mara.ledger.model.*": "tests/unit/ledger",
    "mara.ledger.service.*": "tests/unit/ledger",
    "mara.wallets.model.*": "tests/unit/wallets",
    "mara.wallets.service.*": "tests/unit/wallets",
    "mara.auth.model.*": "tests/unit/auth",
    "mara.auth.service.*": "tests/unit/auth",
    "mara.agents.model.verification": "tests/unit/agents",
    "mara.agents.model.confidence": "tests/unit/agents",
    "mara.agents.service.decision": "tests/unit/agents",
    "mara.telegram.model.update": "tests/unit/telegram",
    "mara.telegram.service.lanes": "tests/unit/telegram",
    "mara.telegram.service.update_handling": "tests/unit/telegram",
    "mara.search.service.evidence": "tests/unit/search",
    "mara.search.service.fusion": "tests/unit/search",
    "mara.search.service.reranking": "tests/unit/search",
}
"""Code of money, auth, evidence, verification and the order of updates.

A pattern names a package's modules.
"""

SHARED = ROOT / "shared"


def select(names: list[str]) -> dict[str, str]:
    """Return the test folder by module, for all targets or for those that ``names`` match.

    Raises ValueError for a name that matches no target.
    """
    found = {}
    for path in sorted((SHARED / "mara").rglob("*.py")):
        module = module_of(path, SHARED)
        for pattern, tests in TARGETS.items():
            if fnmatchcase(module, pattern) or fnmatchcase(f"{module}.", pattern):
                found[module] = tests
    for name in names:
        if not any(fnmatchcase(module, name) for module in found):
            raise ValueError(f"{name} is none of the targets in infra/mutants/targets.py.")
    return {
        module: tests
        for module, tests in found.items()
        if not names or any(fnmatchcase(module, name) for name in names)
    }


def module_of(path: Path, root: Path) -> str:
    """Return the dotted name of a source file below ``root``."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def source_of(module: str) -> Path:
    """Return the source file of a module of ``shared``. Raises FileNotFoundError."""
    base = SHARED.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    raise FileNotFoundError(module)
