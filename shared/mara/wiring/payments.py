"""Builds what tells users where to pay.

Most requests are not refused, so that nothing but the error's class is imported with this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.principal import Principal
from mara.ledger.errors import InsufficientFunds

if TYPE_CHECKING:
    from mara.billing.service.payment_instructions import PaymentInstructionService


@cache
def payment_instruction_service() -> "PaymentInstructionService":
    """Where to pay on the networks that are on."""
    from mara.billing.service.payment_instructions import PaymentInstructionService
    from mara.platform.database import transaction
    from mara.wiring.billing import deposits_in_flight
    from mara.wiring.wallets import chain_settings, deposit_rules, wallet_service

    rules = {network: deposit_rules()[network] for network in chain_settings()}
    return PaymentInstructionService(wallet_service(), deposits_in_flight(), rules, transaction)


@contextmanager
def where_to_pay(caller: Principal) -> Iterator[None]:
    """Add ``missing`` as text and ``pay``, a list of ``PayOut``, to an InsufficientFunds."""
    try:
        yield
    except InsufficientFunds as refused:
        from mara.billing.schemas.payments import PayOut
        from mara.kernel.money import format_usdt

        if refused.missing is None:
            raise
        found = payment_instruction_service().get(caller, refused.missing)
        refused.extensions["missing"] = format_usdt(refused.missing)
        refused.extensions["pay"] = [PayOut.of(one).model_dump(mode="json") for one in found]
        raise
