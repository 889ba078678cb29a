"""Cost of a scan step by the number of wallets: provider requests, and matching of recipients.

A proxy in front of a real anvil counts the scanner's requests. A step reads 200 new transfers, two
of them to known wallets, and finalizes the previous ones; results are relative to 1000 wallets.
Matching is measured separately, on new transfers; all sizes are measured in turn.
"""

import hashlib
import json
import os
import random
import signal
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import psycopg
from psycopg import sql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.chains import anvil
from infra.local.chains.evm_node import EvmNode
from infra.local.migrate import upgrade
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer, free_port
from infra.local.simulators.serving import served
from mara.wallets.model import Network

WALLETS: Final = (10, 1000, 10_000, 1_000_000)
COMPARED: Final = 1000
TRANSFERS: Final = 200
FEW: Final = 10
OWN: Final = 2
POLLS: Final = 30
ROUNDS: Final = 7
BLOCKS: Final = 40
"""Blocks that are matched per size and round; the first ``WARM_UP`` ones are not counted."""
WARM_UP: Final = 10
FIVE: Final = 5_000_000
PAID_AT_ONCE: Final = 100
"""Maximum number of transfers in one transaction of the test USDT."""
START_TIMEOUT_S: Final = 20.0

JSON: Final = "application/json"
RECEIPT: Final = "eth_getTransactionReceipt"
LOGS: Final = "eth_getLogs"
MAKE = """
    WITH made AS (
        INSERT INTO users (id, email, created_at, updated_at)
        SELECT gen_random_uuid(), 'user' || n || '@example.com', now(), now()
        FROM generate_series(1, %s::int) AS n
        RETURNING id, substring(email FROM 'user([0-9]+)') AS n)
    INSERT INTO wallets (network, address, receives_at, owner_id, created_at)
    SELECT 'arbitrum', a, a, id, now()
    FROM made, substring(sha256((%s || ' ' || n)::bytea) FOR 20) AS a
"""
PUBLISHED = """<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
    <PublishResult><MessageId>bench</MessageId></PublishResult></PublishResponse>"""


@dataclass
class Meter:
    """A proxy that records requests to a node; also accepts published events in place of SNS."""

    node: str
    requests: list[list[str]] = field(default_factory=list)
    """The methods of each batch request."""

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [("/", self.ask), ("/sns/", self.take)]
        return Starlette(routes=[Route(path, to, methods=["POST"]) for path, to in routes])

    async def ask(self, request: Request) -> Response:
        """Record and forward a batch."""
        body = await request.body()
        self.requests.append([call["method"] for call in json.loads(body)])
        async with httpx.AsyncClient(trust_env=False) as client:
            said = await client.post(self.node, content=body, headers={"content-type": JSON})
        return Response(said.content, said.status_code, media_type=JSON)

    async def take(self, _: Request) -> Response:
        """Accept a published event."""
        return Response(PUBLISHED, media_type="text/xml")


def run() -> None:
    """Measure steps and matching at every size, and print them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The server runs as an unprivileged user, who needs access to the folder.
        folder.chmod(0o755)
        postgres = PostgresServer(folder / "postgres", free_port(), durable=False)
        with postgres as server, _node(folder) as node:
            meter = Meter(node.url)
            with served(meter.app(), free_port()) as url:
                contract = node.deploy()
                _set_environment(url, contract)
                databases = _databases(server)
                _poll(databases, node, meter, contract)
                for transfers in (TRANSFERS, FEW):
                    _match(databases, transfers)
                _disconnect()


@contextmanager
def _node(folder: Path) -> Iterator[EvmNode]:
    port = free_port()
    log = folder / "anvil.log"
    process = anvil.start(anvil.ensure(), port=port, chain_id=42161, log=log)
    node = EvmNode(f"http://127.0.0.1:{port}")
    give_up_at = time.monotonic() + START_TIMEOUT_S
    try:
        while not node.answers():
            if time.monotonic() > give_up_at:
                raise RuntimeError("anvil did not start.")
            time.sleep(0.05)
        yield node
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _set_environment(url: str, contract: str) -> None:
    chain = {"urls": [f"{url}/"], "contract": contract, "symbol": "USDT"}
    os.environ.update(
        MARA_STAGE="local",
        MARA_CHAINS=json.dumps({Network.ARBITRUM: chain}),
        MARA_EVENTS_TOPIC_ARN="arn:aws:sns:eu-west-1:123456789012:bench",
        AWS_ENDPOINT_URL_SNS=f"{url}/sns/",
        AWS_DEFAULT_REGION="eu-west-1",
        AWS_ACCESS_KEY_ID="bench",
        AWS_SECRET_ACCESS_KEY="bench",  # noqa: S106 - a dummy
    )


def _databases(server: PostgresServer) -> dict[int, str]:
    """The app's database URL per number of wallets."""
    server.ensure_database("bench")
    upgrade(server.url(OWNER, "bench"))
    urls = {}
    for wallets in WALLETS:
        name = f"bench_{wallets}"
        with psycopg.connect(server.url(ADMIN, "postgres"), autocommit=True) as link:
            make = sql.SQL("CREATE DATABASE {} TEMPLATE bench OWNER {}")
            link.execute(make.format(sql.Identifier(name), sql.Identifier(OWNER)))
        began = time.perf_counter()
        with psycopg.connect(server.url(OWNER, name), autocommit=True) as link:
            link.execute("SELECT set_config('mara.scope', 'system', false)")
            link.execute(MAKE, (wallets, str(wallets)))
            link.execute("VACUUM ANALYZE users, wallets")
        print(f"{wallets:9} wallets created in {time.perf_counter() - began:.1f} s")
        urls[wallets] = server.url(APP, name)
    return urls


@dataclass
class Polls:
    """The steps on one database: durations in seconds, and requests."""

    times: list[float] = field(default_factory=list)
    asked: list[list[list[str]]] = field(default_factory=list)
    settled: int = 0

    def described(self) -> str:
        """A text with the maximum number of requests per step."""
        receipts = [[batch for batch in poll if set(batch) == {RECEIPT}] for poll in self.asked]
        others = [len(poll) - len(own) for poll, own in zip(self.asked, receipts, strict=True)]
        logs = [Counter(method for batch in poll for method in batch)[LOGS] for poll in self.asked]
        return (
            f"{max(others)} requests per step, {max(logs)} {LOGS} in them, "
            f"{max(map(len, receipts))} for receipts; {self.settled} credited"
        )


def _poll(databases: Mapping[int, str], node: EvmNode, meter: Meter, contract: str) -> None:
    """Mine payments to known and unknown addresses, and run a step at each size in turn."""
    polls = {wallets: Polls() for wallets in databases}
    node.mine(5)
    for url in databases.values():
        _step(url)  # starts at the final block
    for turn in range(WARM_UP + POLLS):
        own = [address for wallets in databases for address in _known(wallets)]
        payments = [(f"0x{to.hex()}", FIVE) for to in {*own, *_unknown(TRANSFERS - len(own))}]
        for first in range(0, TRANSFERS, PAID_AT_ONCE):
            node.pay_many(contract, payments[first : first + PAID_AT_ONCE])
        for wallets, url in databases.items():
            meter.requests.clear()
            took, settled = _step(url)
            if turn >= WARM_UP:
                polls[wallets].times.append(took)
                polls[wallets].asked.append(list(meter.requests))
                polls[wallets].settled += settled
    for wallets, done in polls.items():
        print(f"{wallets:9} wallets   {done.described()}")
        if not done.settled:
            raise RuntimeError("No deposit was credited.")
    _compare("a whole step", {wallets: done.times for wallets, done in polls.items()})


def _step(url: str) -> tuple[float, int]:
    """The duration of a scan step in seconds, and the number of deposits settled."""
    from mara.wiring.wallets import scanner_service

    _connect(url)
    scanner = scanner_service(Network.ARBITRUM)
    began = time.perf_counter()
    settled = scanner.step().settled
    return time.perf_counter() - began, settled


def _match(databases: Mapping[int, str], transfers: int) -> None:
    took: dict[int, list[float]] = {wallets: [] for wallets in databases}
    # In turn, because the load of the machine changes over time.
    for _ in range(ROUNDS):
        for wallets, url in databases.items():
            _connect(url)
            took[wallets] += _times(wallets, transfers)
    _compare(f"matching {transfers} transfers", took)


def _compare(what: str, took: Mapping[int, list[float]]) -> None:
    median = {wallets: statistics.median(times) for wallets, times in took.items()}
    for wallets, time_s in median.items():
        ratio = time_s / median[COMPARED]
        print(f"{wallets:9} wallets   {what} {time_s * 1000:6.2f} ms   {ratio:.2f} x {COMPARED}'s")


def _times(wallets: int, transfers: int) -> list[float]:
    """The seconds that matching took, per block."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction
    from mara.wiring.wallets import scanner_service

    deposits = scanner_service(Network.ARBITRUM).deposits
    took = []
    for _ in range(BLOCKS):
        recipients = _known(wallets) | _unknown(transfers - OWN)
        with transaction(SYSTEM):
            began = time.perf_counter()
            found = deposits.find_owners(Network.ARBITRUM, recipients)
            took.append(time.perf_counter() - began)
        if len(found) != OWN:
            raise RuntimeError("The wallets of the bench are not found.")
    return took[WARM_UP:]


def _known(wallets: int) -> set[bytes]:
    """Random wallets of the database with this number of wallets."""
    drawn = random.sample(range(1, wallets + 1), OWN)
    return {hashlib.sha256(f"{wallets} {number}".encode()).digest()[:20] for number in drawn}


def _unknown(count: int) -> set[bytes]:
    """Random addresses without a wallet."""
    return {random.randbytes(20) for _ in range(count)}  # noqa: S311 - not a secret


def _connect(url: str) -> None:
    """Connect before the measurement starts."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction

    _disconnect()
    os.environ["MARA_DATABASE_URL"] = url
    with transaction(SYSTEM):
        pass


def _disconnect() -> None:
    from mara.platform.database import disconnect

    disconnect()
