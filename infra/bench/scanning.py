"""What watching more wallets costs: requests to a provider, and finding whose transfers are whose.

A real anvil stands behind a meter that counts what the scanner asks of it. A poll finds 200 new
transfers, two of them to wallets of ours, and closes those before; 1000 wallets are what the others
are compared with. Matching alone is measured too, on transfers never seen before; all in turn.
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

from infra.bench.database import free_port, migrate
from infra.local.chains import anvil
from infra.local.chains.evm_node import EvmNode
from infra.local.postgres import ADMIN, APP, OWNER, PostgresServer
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
"""Matched at each size in a round; the first few of them are not counted."""
WARM_UP: Final = 10
FIVE: Final = 5_000_000
PAID_AT_ONCE: Final = 100
"""What the test USDT takes in one transaction."""
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
    """In front of a node; and in the place of the topic, which takes every event."""

    node: str
    requests: list[list[str]] = field(default_factory=list)
    """The methods of each request, which is a batch."""

    def app(self) -> Starlette:
        routes = [("/", self.ask), ("/sns/", self.take)]
        return Starlette(routes=[Route(path, to, methods=["POST"]) for path, to in routes])

    async def ask(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append([call["method"] for call in json.loads(body)])
        async with httpx.AsyncClient(trust_env=False) as client:
            said = await client.post(self.node, content=body, headers={"content-type": JSON})
        return Response(said.content, said.status_code, media_type=JSON)

    async def take(self, _: Request) -> Response:
        return Response(PUBLISHED, media_type="text/xml")


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The server runs as an ordinary user, who must get there.
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
        AWS_SECRET_ACCESS_KEY="bench",  # noqa: S106 - of nobody
    )


def _databases(server: PostgresServer) -> dict[int, str]:
    """The app's URL of a database for each number of wallets, which it holds."""
    server.ensure_database("bench")
    migrate(server.url(OWNER, "bench"))
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
        print(f"{wallets:9} wallets made in {time.perf_counter() - began:.1f} s")
        urls[wallets] = server.url(APP, name)
    return urls


@dataclass
class Polls:
    """Of one database: how long each took, in seconds, and what it asked."""

    times: list[float] = field(default_factory=list)
    asked: list[list[list[str]]] = field(default_factory=list)
    settled: int = 0

    def described(self) -> str:
        """The most of each that a poll took."""
        receipts = [[batch for batch in poll if set(batch) == {RECEIPT}] for poll in self.asked]
        others = [len(poll) - len(own) for poll, own in zip(self.asked, receipts, strict=True)]
        logs = [Counter(method for batch in poll for method in batch)[LOGS] for poll in self.asked]
        return (
            f"{max(others)} requests a poll, {max(logs)} {LOGS} in them, "
            f"{max(map(len, receipts))} for receipts of our own; {self.settled} credited"
        )


def _poll(databases: Mapping[int, str], node: EvmNode, meter: Meter, contract: str) -> None:
    """A chain that brings payments each time, to strangers and to us, read at each size in turn."""
    polls = {wallets: Polls() for wallets in databases}
    node.mine(5)
    for url in databases.values():
        _step(url)  # begins at what is final
    for turn in range(WARM_UP + POLLS):
        own = [address for wallets in databases for address in _own(wallets)]
        payments = [(f"0x{to.hex()}", FIVE) for to in {*own, *_strangers(TRANSFERS - len(own))}]
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
    _compare("a whole poll", {wallets: done.times for wallets, done in polls.items()})


def _step(url: str) -> tuple[float, int]:
    """Seconds that a step of the scanner took, and how many deposits it settled."""
    from mara.wiring.wallets import scanner_service

    _connect(url)
    scanner = scanner_service(Network.ARBITRUM)
    began = time.perf_counter()
    settled = scanner.step().settled
    return time.perf_counter() - began, settled


def _match(databases: Mapping[int, str], transfers: int) -> None:
    took: dict[int, list[float]] = {wallets: [] for wallets in databases}
    # In turn, since other work on the machine comes and goes.
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
    """Seconds that finding the owners took, of each block."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction
    from mara.wiring.wallets import scanner_service

    deposits = scanner_service(Network.ARBITRUM).deposits
    took = []
    for _ in range(BLOCKS):
        recipients = _own(wallets) | _strangers(transfers - OWN)
        with transaction(SYSTEM):
            began = time.perf_counter()
            found = deposits.find_owners(Network.ARBITRUM, recipients)
            took.append(time.perf_counter() - began)
        if len(found) != OWN:
            raise RuntimeError("The wallets of the bench are not found.")
    return took[WARM_UP:]


def _own(wallets: int) -> set[bytes]:
    """Some of the wallets that the database of so many holds, and no other one."""
    drawn = random.sample(range(1, wallets + 1), OWN)
    return {hashlib.sha256(f"{wallets} {number}".encode()).digest()[:20] for number in drawn}


def _strangers(count: int) -> set[bytes]:
    """Whom nobody met before."""
    return {random.randbytes(20) for _ in range(count)}  # noqa: S311 - nobody's


def _connect(url: str) -> None:
    """Open the connection too, so that nothing else that is measured does."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction

    _disconnect()
    os.environ["MARA_DATABASE_URL"] = url
    with transaction(SYSTEM):
        pass


def _disconnect() -> None:
    from mara.platform.database import disconnect

    disconnect()
