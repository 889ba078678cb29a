"""What `mara faucet` refuses before it asks a chain."""

import pytest

from infra.local.chains import faucet

ADDRESS = "0x" + "a" * 40


@pytest.mark.parametrize("amount", ["-5", "-0.000001", "0", "0.000000"])
def test_an_amount_that_is_not_positive_is_called_so(amount: str) -> None:
    with pytest.raises(RuntimeError, match="must be positive"):
        faucet.send(ADDRESS, amount)


@pytest.mark.parametrize("amount", ["five", "1e3", "1.0000001"])
def test_what_is_no_amount_is_called_so(amount: str) -> None:
    with pytest.raises(RuntimeError, match="not a number of USDT"):
        faucet.send(ADDRESS, amount)
