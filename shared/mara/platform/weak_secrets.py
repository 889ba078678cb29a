"""Detects secrets that are easy to guess: settings must hold random ones."""

KNOWN = (
    "changeme",
    "change-me",
    "change_me",
    "default",
    "example",
    "insecure",
    "mara-local",
    "password",
    "postgres",
    "qwerty",
    "secret",
    "test",
    "your-encryption-key",
    "your-super-secret-key-here",
)
"""Words of documentation, examples and local stages; a random secret holds none of them."""

_DISTINCT_MIN = 10
"""Distinct characters; about one in ten million random secrets of 16 characters has fewer."""


def weakness_reason(secret: str, *, bytes_min: int) -> str | None:
    """Say in words that follow "the secret" why it is weak; ``None`` where it is not."""
    if len(secret.encode()) < bytes_min:
        return f"is shorter than {bytes_min} bytes"
    if any(word in secret.lower() for word in KNOWN):
        return "is made of a word found in examples"
    if len(set(secret)) < _DISTINCT_MIN:
        return "repeats a few characters"
    return None
