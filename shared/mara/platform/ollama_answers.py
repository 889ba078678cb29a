"""Turns what the package ``ollama`` raises for a malformed answer into one error."""

import json
from collections.abc import Iterator
from contextlib import contextmanager


class MalformedAnswer(ValueError):
    """The server's answer is JSON, but not as Ollama's API defines it."""


@contextmanager
def reading_answer() -> Iterator[None]:
    """Raise MalformedAnswer where the package fails at a value that it did not expect.

    The package and LangChain take each line of an answer for an object with the members of the
    API: for ``null`` or a list they raise AttributeError or TypeError, and RecursionError for deep
    nesting. Only the code that reads the answer belongs into this context. A line that is not JSON
    raises JSONDecodeError as before: it comes from another server, such as a proxy.
    """
    try:
        yield
    except json.JSONDecodeError:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise MalformedAnswer("The answer is not as Ollama's API defines it.") from error
