"""What one file may cost, and how a process is held to it."""

import resource
import signal

MEMORY_BYTES = 512 * 1024**2
CPU_S = 20
"""Ten thousand pages take it; what takes more is a bomb."""
WALL_CLOCK_S = 60.0
"""More than the CPU time, since a machine may be busy with other things."""

OUTPUT_BYTES_MAX = 64 * 1024**2
TEXT_CHARACTERS_MAX = 20_000_000
TEXT_BYTES_MAX = 2 * TEXT_CHARACTERS_MAX
"""Of a file of plain text: no letter of ours takes more than two bytes."""

ZIP_MEMBERS_MAX = 5_000
ZIP_BYTES_MAX = 400 * 1024**2
"""All members unpacked."""
ZIP_RATIO_MAX = 200
"""Unpacked to packed, of a member that is not small."""
ZIP_RATIO_COUNTS_FROM = 10 * 1024**2

PAGES_MAX = 10_000
CELLS_MAX = 5_000_000
"""Of a sheet's extent, empty ones counted: one cell at XFD1048576 makes 17 thousand million."""
COLUMNS_USUAL = 64
"""A sheet no wider than this may have every row that the format knows."""

PROCESSES_MAX = 2
"""That may read one file together; they share its memory and its time."""


def confine(seconds: float, *, among: int = 1) -> None:
    """Hold this process, for good, to its part of what a file costs and to ``seconds`` of life.

    Beyond the time the system ends it with SIGXCPU or SIGALRM; for memory it raises MemoryError,
    or is ended by a library that cannot do without.
    """
    memory, cpu = MEMORY_BYTES // among, CPU_S // among
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES_MAX, OUTPUT_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, seconds)
