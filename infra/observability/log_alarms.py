"""The alarms on log lines that do not reach Loki; a stage without one has no figures of them."""

from collections.abc import Iterator

from infra.observability.alarm import OWN_NAMESPACE, STAGE, Alarm

KIND = "log-lines-unshipped"


def log_alarms() -> Iterator[Alarm]:
    """Return them in the order of the file."""
    yield Alarm(
        logical_id="LogLinesDropped",
        name="log-lines-dropped",
        runbook=KIND,
        action="Loki refused log lines, which are dropped: its own log says why.",
        namespace=OWN_NAMESPACE,
        metric="LogLinesDropped",
        dimensions=STAGE,
        statistic="Sum",
        threshold=0,
    )
    # Lambda counts an event so after it wrote it to the destination of failures.
    yield Alarm(
        logical_id="LogBatchesGivenUp",
        name="log-batches-given-up",
        runbook=KIND,
        action="Loki did not take a batch of log lines: it waits for `mara ship-again`.",
        namespace="AWS/Lambda",
        metric="AsyncEventsDropped",
        dimensions=(("FunctionName", "mara-${Stage}-ship-logs"),),
        statistic="Sum",
        threshold=0,
    )
