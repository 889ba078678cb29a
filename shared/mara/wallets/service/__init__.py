"""Use cases of wallets: creation, scanning, settlement, reconciliation and monitoring."""
