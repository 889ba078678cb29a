"""Errors of wallets and of the chains they receive on."""

from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class ChainUnavailable(Unavailable):
    """No provider of the network answered, or an answer was rejected."""

    title = "The network does not answer"
    retry_after_s = 30


class NetworkOff(Unavailable):
    """The network is not configured in this stage, or its scan has not started."""

    title = "The network is off here"
    fields = ("network",)
    retry_after_s = 60


class RangeRefused(ChainUnavailable):
    """The provider limits how many blocks or logs it returns; a smaller range may succeed."""

    title = "The provider refuses to list so many blocks at once"


class ChainContradiction(ChainUnavailable):
    """An answer is malformed, or contradicts another answer of this or another provider."""

    title = "The provider contradicts itself or another one"


class FinalityBroken(ChainUnavailable):
    """A block that was finalized has another hash now: an operator must investigate."""

    title = "A finalized block has changed"


class TokenMismatch(Conflict):
    """The contract's symbol or decimals differ from the configuration: the scan must not start."""

    title = "The contract is not the token that is configured"


class ConcurrentUpdate(Conflict):
    """Another process has updated the scan cursor since it was read (optimistic locking)."""

    title = "Another process has updated the scan cursor"


class WalletNotFound(NotFound):
    """The user has no wallet on this network yet."""

    title = "There is no such wallet"
    fields = ("network",)


class TransactionNotFound(NotFound):
    """No provider has the transaction, or it pays nothing to the caller's wallet."""

    title = "The network has no such transaction to this wallet"
    fields = ("transaction",)


class InvalidRange(Invalid):
    """The range includes blocks that the scanner has not finalized yet."""

    title = "These blocks cannot be rescanned"


class InvalidAddress(Invalid):
    """The text is not an address of the network, or its checksum is wrong."""

    title = "This is not an address of the network"


class InvalidTransaction(Invalid):
    """The text is not a transaction hash."""

    title = "This is not a transaction of the network"
    fields = ("transaction",)
