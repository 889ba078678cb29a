"""What can go wrong when money is to move."""

from mara.kernel.errors import Conflict, Invalid, NotFound, PaymentRequired, Unavailable


class InvalidTransferAmount(Invalid):
    title = "The amount cannot be moved"


class InvalidCause(Invalid):
    title = "The business key or the reference cannot be used"


class Unbalanced(Invalid):
    title = "The parts of the transfer do not add up to nothing"


class InsufficientFunds(PaymentRequired):
    title = "The account holds less than that"


class AccountFull(Conflict):
    title = "The account cannot hold more"


class KeyReused(Conflict):
    title = "The business key stands for another transfer"


class HoldNotFound(NotFound):
    title = "There is no such hold"


class HoldEnded(Conflict):
    title = "The hold was settled or released otherwise"


class HoldExceeded(Conflict):
    title = "More than what is held cannot be settled"


class LedgerBusy(Unavailable):
    title = "Others move the same money at this moment"
