"""Errors of reading a file."""

from mara.kernel.errors import Invalid


class Unreadable(Invalid):
    """The file is not to be read; ``code`` is stable, ``detail`` is for its owner."""

    problem_domain = "documents"
    title = "The file cannot be read"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
