"""Prints the benchmarks: `make bench`, or `python -m infra.bench frame` for one of them."""

import importlib
import sys

NAMES = (
    "frame",
    "imports",
    "load",
    "ingestion",
    "search",
    "addresses",
    "ledger",
    "scanning",
    "billing",
    "telegram",
    "alerting",
    "flood",
    "tenants",
    "partitioning",
)


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them."""
    for name in names or NAMES:
        print(f"\n== {name}")
        importlib.import_module(f"infra.bench.{name}").run()


if __name__ == "__main__":
    main(sys.argv[1:])
