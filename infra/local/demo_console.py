"""How the demo story prints its steps and what is quoted from documents."""

from typing import Any


def say(text: str) -> None:
    """Print a step of the story."""
    print(f"\n- {text}")


def show_citation(citation: Any) -> None:
    """Print where a passage stands, and the passage."""
    print(f"  {citation['filename']} › {' › '.join(citation['place']['headings'])}")
    print("\n".join(f"  │ {line}" for line in citation["quote"].splitlines()))
