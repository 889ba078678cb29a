"""Resource limits of reading one file, and how a process applies them to itself."""

import resource
import signal

MEMORY_BYTES = 512 * 1024**2
CPU_S = 20
"""Enough for ten thousand pages; a file that needs more is an attack."""
WALL_CLOCK_S = 60.0
"""Higher than the CPU time, since the machine may be busy."""

OUTPUT_BYTES_MAX = 64 * 1024**2
TEXT_CHARACTERS_MAX = 20_000_000
TEXT_BYTES_MAX = 2 * TEXT_CHARACTERS_MAX
"""Of a plain text file: Latin and Cyrillic letters take at most two bytes."""

ZIP_MEMBERS_MAX = 5_000
ZIP_BYTES_MAX = 400 * 1024**2
"""Total size of all members, unpacked."""
ZIP_RATIO_MAX = 200
"""Ratio of unpacked to packed size, for members above ZIP_RATIO_COUNTS_FROM bytes."""
ZIP_RATIO_COUNTS_FROM = 10 * 1024**2

PAGES_MAX = 10_000
CELLS_MAX = 5_000_000
"""Of a sheet's extent, including empty cells: one cell at XFD1048576 makes it 17 billion."""
COLUMNS_USUAL = 64
"""A sheet up to this width may have the format's maximum number of rows."""

OCR_PAGES_MAX = 30
"""Pages of a file that are recognised: a page takes 1 to 3 seconds."""
OCR_PAGE_S = 20.0
OCR_RESERVE_S = 5.0
"""Left of the wall-clock time when the recognition of pages ends."""
OCR_FAILURES_MAX = 2

PROCESSES_MAX = 2
"""Processes that read one file together, and share its limits."""


def seconds_left() -> float:
    """The seconds until this process is killed; the whole time if it was not confined."""
    return signal.getitimer(signal.ITIMER_REAL)[0] or WALL_CLOCK_S


def confine(seconds: float, *, among: int = 1) -> None:
    """Limit this process for good: memory and CPU time divided by ``among``, ``seconds`` of life.

    Exceeding the time, the process is killed by SIGXCPU or SIGALRM; exceeding the memory, it gets a
    MemoryError, or a C library aborts it.
    """
    memory, cpu = MEMORY_BYTES // among, CPU_S // among
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES_MAX, OUTPUT_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, seconds)
