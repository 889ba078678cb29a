"""The arguments of `mara new`."""

import argparse

from mara.auth.model import Scope


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add one subcommand for each kind."""
    kinds = parser.add_subparsers(dest="kind", required=True)
    new_route = kinds.add_parser("route", help="a route, such as: documents list_formats GET /…")
    new_route.add_argument("group", help="the domain whose schemas it uses")
    new_route.add_argument("operation", help="the OpenAPI operation id, such as list_formats")
    new_route.add_argument("method", type=str.upper)
    new_route.add_argument("path", help="such as /api/v1/documents/{document_id}/pages")
    new_route.add_argument("--what", required=True, help="what it does, as one sentence")
    roles = ("public", "user", "admin", "superuser")
    new_route.add_argument("--access", default="user", choices=roles)
    scopes = [scope.value for scope in Scope]
    scope_help = "what an API key needs; without it, keys are refused"
    new_route.add_argument("--scope", choices=scopes, help=scope_help)
    new_route.add_argument("--per-minute", type=int, help="a limit of its own for each caller")
    new_queue = kinds.add_parser("queue", help="a message and its consumer")
    new_queue.add_argument("name", help="imperative, such as translate-document")
    new_queue.add_argument("domain", help="whose message it is")
    new_queue.add_argument("--what", required=True, help="what the consumer does, as one sentence")
    new_schedule = kinds.add_parser("schedule", help="a function that EventBridge calls")
    new_schedule.add_argument("name", help="such as delete-expired")
    new_schedule.add_argument("rate", help="such as 'rate(1 hour)'")
    new_schedule.add_argument("--what", required=True, help="what it does, as one sentence")
    new_domain = kinds.add_parser("domain", help="an empty domain")
    new_domain.add_argument("name")
    new_domain.add_argument("--above", required=True, help="the highest domain it may import")


def new(options: argparse.Namespace) -> int:
    """Write what was asked for and print the files. Raises ScaffoldFailed."""
    print("\n".join(dict.fromkeys(_write(options))))
    return 0


def _write(options: argparse.Namespace) -> list[str]:
    # Imported here, because they import every function.
    from infra.local.scaffold import domain, route, worker

    if options.kind == "route":
        fields = ("group", "operation", "method", "path", "what", "access", "scope", "per_minute")
        return route.write(route.NewRoute(**{name: getattr(options, name) for name in fields}))
    if options.kind == "queue":
        return worker.write_queue(options.name, options.domain, options.what)
    if options.kind == "schedule":
        return worker.write_schedule(options.name, options.rate, options.what)
    return domain.write(options.name, options.above)
