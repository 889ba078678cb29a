"""Errors of the ledger."""

from mara.kernel.errors import Conflict, Invalid, NotFound, PaymentRequired, Unavailable


class InvalidTransferAmount(Invalid):
    """The amount is zero or negative, or does not fit 63 bits."""

    title = "The amount is not valid"


class InvalidCause(Invalid):
    """The idempotency key or the reference is empty, too long, or contains a null character."""

    title = "The key or the reference is not valid"


class Unbalanced(Invalid):
    """The legs of a transfer do not add up to zero."""

    title = "The transfer is not balanced"


class InsufficientFunds(PaymentRequired):
    """The user's account would become negative; it lacks ``missing`` micro-USDT, where known."""

    title = "Insufficient funds"

    def __init__(self, detail: str, *, missing: int | None = None, **extensions: object) -> None:
        super().__init__(detail, **extensions)
        self.missing = missing


class AccountFull(Conflict):
    """The account's balance would not fit 63 bits."""

    title = "The account's balance would be too large"


class KeyReused(Conflict):
    """The idempotency key belongs to a transfer with other content."""

    title = "The key was used for another transfer"


class HoldNotFound(NotFound):
    """No hold has this idempotency key."""

    title = "There is no such hold"


class HoldEnded(Conflict):
    """The hold was settled, released or expired before, with another result."""

    title = "The hold has ended already"


class HoldExceeded(Conflict):
    """The amount to settle exceeds the hold."""

    title = "The amount exceeds the hold"


class LedgerBusy(Unavailable):
    """A deadlock or a lock timeout in the database: retry."""

    title = "The ledger is busy"
