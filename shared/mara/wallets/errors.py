"""What can go wrong with wallets and with the chains they live on."""

from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class ChainUnavailable(Unavailable):
    title = "The network does not answer"
    retry_after_s = 30


class NetworkOff(Unavailable):
    title = "The network is off here"
    retry_after_s = 60


class RangeRefused(ChainUnavailable):
    title = "The provider will not list so many blocks at once"


class ChainContradiction(ChainUnavailable):
    title = "The provider contradicts itself or another one"


class FinalityBroken(ChainUnavailable):
    title = "What was final has changed"


class TokenMismatch(Conflict):
    title = "The contract is not the token that is configured"


class ScanMoved(Conflict):
    title = "The scan was taken further by somebody else"


class WalletNotFound(NotFound):
    title = "There is no such wallet"


class TransactionNotFound(NotFound):
    title = "The network knows no such transaction to this wallet"


class InvalidRange(Invalid):
    title = "These blocks cannot be read again"


class InvalidAddress(Invalid):
    title = "This is no address of the network"


class InvalidTransaction(Invalid):
    title = "This is no transaction of the network"
