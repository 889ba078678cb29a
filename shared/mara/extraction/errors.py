"""Errors of reading a file."""

from mara.kernel.errors import Invalid


class Unreadable(Invalid):
    """The file cannot be read; ``code`` is stable, ``detail`` is a sentence for its owner."""

    problem_domain = "documents"
    title = "The file cannot be read"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
