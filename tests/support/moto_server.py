"""AWS over HTTP by moto, for command lines such as `aws`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto import settings
from moto.cloudformation import models
from moto.server import ThreadedMotoServer

from infra.local.postgres import free_port


@contextmanager
def moto_server(monkeypatch: Any) -> Iterator[str]:
    """The URL of a server that runs during the block."""
    apply = models.ChangeSet.apply

    def apply_with_outputs(change_set: Any) -> None:
        # moto 5.2 leaves a stack without outputs when it is made by a change set.
        apply(change_set)
        change_set.stack.template_dict = change_set.template_dict
        change_set.stack.output_map = change_set.stack._create_output_map()

    monkeypatch.setattr(models.ChangeSet, "apply", apply_with_outputs)
    monkeypatch.setattr(settings, "ACM_VALIDATION_WAIT", 0)  # seconds; else the CLI waits for 60
    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
