"""`python -m infra.mutants [MODULE …] [--sample N] [--seed S]`: prints the mutants that survive."""

import argparse
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from infra.mutants.accepted import load
from infra.mutants.baseline import Baseline, TestsFailed, measure
from infra.mutants.mutations import Mutant, mutants_of
from infra.mutants.report import HEADER, SHARE_MIN, Report
from infra.mutants.runner import Runner
from infra.mutants.targets import select, source_of


def main(arguments: list[str]) -> int:
    """Return 1 where a module kills too small a share of its mutants.

    Return 2 for a wrong name, and for tests that fail without a mutant.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as mara.wallets.*")
    parser.add_argument("--sample", type=int, help="of each module, at most so many mutants")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    options = parser.parse_args(arguments)
    try:
        targets = select(options.modules)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(HEADER, flush=True)
    reports = []
    try:
        for report in _reports(targets, options.sample, options.seed):
            print("\n".join([report.row(), *report.details()]), flush=True)
            reports.append(report)
    except TestsFailed as error:
        print(error, file=sys.stderr)
        return 2
    weak = [report.module for report in reports if report.share < SHARE_MIN]
    if weak:
        print(f"below {SHARE_MIN:.0%}: {', '.join(weak)}")
    return 1 if weak else 0


def _reports(targets: Mapping[str, str], sample: int | None, seed: int) -> Iterator[Report]:
    """Yield the report of each module. The tests of a folder are measured once.

    Raises TestsFailed.
    """
    for tests in dict.fromkeys(targets.values()):
        modules = [module for module, folder in targets.items() if folder == tests]
        baselines = measure(modules, tests)
        for module in modules:
            mutants = _sampled(module, sample, seed)
            yield _in_a_process(module, tests, baselines[module], mutants)


def _sampled(module: str, sample: int | None, seed: int) -> list[Mutant]:
    mutants = mutants_of(source_of(module).read_text("utf-8"))
    if sample is not None and sample < len(mutants):
        mutants = random.Random(seed).sample(mutants, sample)  # noqa: S311 - a sample, no secret
        mutants.sort(key=lambda mutant: mutant.line)
    return mutants


def _test_module(module: str, tests: str, baseline: Baseline, mutants: Sequence[Mutant]) -> Report:
    """Run the tests on each mutant. Raises TestsFailed."""
    accepted = Counter((entry.within, entry.change) for entry in load() if entry.module == module)
    report = Report(module)
    if mutants:
        runner = Runner(module, tests, baseline)
        for mutant in mutants:
            key = (mutant.within, mutant.change)
            # An entry accepts one survivor, though a definition may have several such changes.
            if report.add(mutant, runner.run(mutant), is_accepted=accepted[key] > 0):
                accepted[key] -= 1
    return report


def _in_a_process(module: str, tests: str, baseline: Baseline, mutants: Sequence[Mutant]) -> Report:
    """Each module has a process of its own, which has imported neither it nor its dependents.

    Raises TestsFailed.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        try:
            sender.send(_test_module(module, tests, baseline, mutants))
        except TestsFailed as error:
            sender.send(error)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    sender.close()
    try:
        found: Report | TestsFailed = receiver.recv()
    except EOFError:
        raise SystemExit(f"{module}: see above.") from None
    finally:
        process.join()
    if isinstance(found, TestsFailed):
        raise found
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
