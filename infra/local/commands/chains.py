"""Commands on the chains of the local cloud."""

import argparse
import sys

from infra.local.chains import commands as chains
from infra.local.chains import faucet as faucets


def faucet(options: argparse.Namespace) -> int:
    """Send test USDT to an address on a local chain; say what happens next, or wait for it."""
    payment = faucets.send(options.address, options.amount, options.network)
    if not options.wait:
        # To stderr: the output is the payment alone, for scripts.
        sys.stderr.write(faucets.what_happens_next(payment))
    print(payment, flush=True)
    if options.wait:
        for line in faucets.wait(payment):
            print(line, flush=True)
    return 0


def chain(options: argparse.Namespace) -> int:
    """Control a local chain, or scan it."""
    print(chains.chain(options))
    return 0
