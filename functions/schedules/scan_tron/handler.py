"""EventBridge rate(1 minute) - read Tron on, and credit what became final."""

from mara.entrypoints.schedule import schedule
from mara.wallets.model import Network
from mara.wiring.wallets import scan

handler = schedule("scan-tron")(lambda now: scan(Network.TRON, now))
