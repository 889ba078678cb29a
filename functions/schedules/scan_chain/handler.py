"""EventBridge rate(1 minute) - scan one chain, named by the input, and credit final deposits."""

from mara.entrypoints.schedule import schedule_by_input
from mara.wallets.model import Network
from mara.wiring.wallets import scan_job

handler = schedule_by_input("scan", "network")(
    lambda network, now: scan_job().run(Network(network), now)
)
