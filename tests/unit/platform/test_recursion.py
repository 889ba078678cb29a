"""No import raises the recursion limit, which keeps deep JSON from ending the process."""

import subprocess
import sys

import pytest

from mara.platform.recursion import recursion_limit_kept

DEEP = "[" * 100_000
READ = f"""
import json
import sys
import {{module}}

assert sys.getrecursionlimit() == 1000, sys.getrecursionlimit()
try:
    json.loads("[" * {len(DEEP)})
except RecursionError:
    print("refused")
"""


@pytest.mark.parametrize(
    "module", ["mara.wallets.adapters.json_rpc", "infra.local.chains.evm_node"]
)
def test_importing_web3_leaves_deep_json_refused(module: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", READ.format(module=module)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "refused"), run.stderr


def test_the_limit_is_restored_after_an_error_too() -> None:
    before = sys.getrecursionlimit()
    with pytest.raises(ImportError), recursion_limit_kept():
        sys.setrecursionlimit(before + 1)
        raise ImportError
    assert sys.getrecursionlimit() == before
