"""What a plan of PostgreSQL reads."""

from typing import Any

FULL_SCAN_ROWS_MAX = 1000


def scans_of_large_tables(plan: dict[str, Any]) -> list[str]:
    """The tables of more than a few rows that a plan reads as a whole."""
    is_one = plan["Node Type"] == "Seq Scan" and plan["Plan Rows"] > FULL_SCAN_ROWS_MAX
    found = [plan["Relation Name"]] if is_one else []
    return found + [name for part in plan.get("Plans", []) for name in scans_of_large_tables(part)]
