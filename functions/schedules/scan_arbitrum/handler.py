"""EventBridge rate(1 minute) - read Arbitrum on, and credit what became final."""

from mara.entrypoints.schedule import schedule
from mara.wallets.model import Network
from mara.wiring.wallets import scan

handler = schedule("scan-arbitrum")(lambda now: scan(Network.ARBITRUM, now))
