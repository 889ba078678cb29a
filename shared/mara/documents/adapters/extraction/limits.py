"""What one file may cost."""

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
