"""Errors of exports and erasures."""

from mara.kernel.errors import Conflict, NotFound, Unavailable


class BalanceLeft(Conflict):
    """The account has money that its owner did not give up."""

    title = "There is money in the balance"
    fields = ("give_up_balance",)


class MoneyOnItsWay(Conflict):
    """Money moves at this moment: a deposit is not credited yet, or an amount is reserved."""

    title = "Money is on its way"


class ErasureNotFound(NotFound):
    """The account was not erased, and its erasure was not asked for."""

    title = "There is no erasure of this account"
    fields = ("user_id",)


class ErasureUnfinished(Unavailable):
    """Something of the account is in use, or is still there; the erasure goes on later."""

    title = "The erasure is not finished"
