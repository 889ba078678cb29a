"""The background process of the stage: the servers that functions in containers need.

PostgreSQL (unless it is a container), the development chains and the embedded language model listen
on loopback; the address of Docker's bridge is forwarded to them. Schedules are invoked. Servers
that end are started again.
"""

import argparse
from collections.abc import Iterator, Sequence

from infra.local import language_model
from infra.local.settings import load_secrets, ports, state_dir
from infra.local.supervision import Server
from infra.local.supervisor import database_server, model_server, start_module, supervise


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM; return after all started processes have ended."""
    parser = argparse.ArgumentParser(prog="infra.local.localstack.servers")
    parser.add_argument("--url", required=True, help="of LocalStack")
    parser.add_argument("--bridge", required=True, help="the address that containers connect to")
    parser.add_argument("--forward", type=int, nargs="*", default=[], help="further ports")
    parser.add_argument("--database", action="store_true", help="start PostgreSQL")
    options = parser.parse_args(arguments)
    supervise(_servers(options))


def _servers(options: argparse.Namespace) -> Iterator[Server]:
    where = ports()
    if options.database:
        yield database_server(state_dir(), load_secrets())
    if language_model.is_served_here():
        yield model_server(where.model)
    own = [where.postgres, where.model, where.arbitrum, where.tron, where.aptos]
    forwarded = [options.bridge, *own, *options.forward]
    yield Server("forwarding", lambda: start_module("bridge", *forwarded))
    yield Server("schedules", lambda: start_module("localstack.schedules", options.url))


if __name__ == "__main__":
    main()
