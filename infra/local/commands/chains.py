"""Commands on the chains of the local cloud."""

import argparse

from infra.local.chains import commands as chains


def faucet(options: argparse.Namespace) -> int:
    """Send test USDT to an address on a local chain."""
    print(chains.faucet(options.address, options.amount, options.network))
    return 0


def chain(options: argparse.Namespace) -> int:
    """Control a local chain, or scan it."""
    print(chains.chain(options))
    return 0
