"""How containers reach servers of this machine: at the Docker bridge's address, by forwarding.

The servers of MARA listen on loopback only, which containers cannot reach. As a program it forwards
until SIGTERM: python -m infra.local.bridge ADDRESS PORT...
"""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

CHUNK = 64 * 1024
DOCKER_TIMEOUT_S = 20


class BridgeFailed(RuntimeError):
    """Docker does not answer, or an address cannot be listened on; the text says what to do."""


def bridge_address() -> str:
    """Return the address at which containers reach this machine. Raises BridgeFailed."""
    inspect = "{{json (index .IPAM.Config 0)}}"
    try:
        run = subprocess.run(
            ["docker", "network", "inspect", "bridge", "--format", inspect],
            check=True,
            capture_output=True,
            text=True,
            timeout=DOCKER_TIMEOUT_S,
        )
    except FileNotFoundError as error:
        raise BridgeFailed("Docker is missing: https://docs.docker.com/engine/") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise BridgeFailed("Docker does not answer: start its service and try again.") from error
    network = json.loads(run.stdout)
    # Before its first container, Docker names no gateway; it takes the first address then.
    address = network.get("Gateway") or next(ip_network(network["Subnet"]).hosts())
    return str(ip_address(str(address)))


async def forward(address: str, port: int) -> asyncio.Server:
    """Listen at ``address`` and forward every connection to the same port on loopback.

    Raises BridgeFailed.
    """

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))

    try:
        # Shared, so that `sam local invoke` can run while `sam local start-api` does.
        return await asyncio.start_server(connected, address, port, reuse_port=True)
    except OSError as error:
        raise BridgeFailed(f"{address}:{port} cannot be listened on: {error}") from error


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy until one side closes."""
    with contextlib.suppress(ConnectionError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


async def forward_all(address: str, ports: Sequence[int]) -> None:
    """Forward the ports until SIGTERM, but those at which a server listens at ``address`` itself.

    Raises BridgeFailed.
    """
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with contextlib.AsyncExitStack() as listening:
        for port in ports:
            if not _is_reachable(address, port):
                await listening.enter_async_context(await forward(address, port))
        await ended.wait()


def _is_reachable(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


if __name__ == "__main__":
    asyncio.run(forward_all(sys.argv[1], [int(port) for port in sys.argv[2:]]))
