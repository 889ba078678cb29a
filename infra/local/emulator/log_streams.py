"""Names log streams as AWS does in a group that several functions write to: with the function.

ministack names them as in a group of one function. Source:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

_function: ContextVar[str | None] = ContextVar("function", default=None)
"""The function whose output is being written to its group."""


def name_log_streams() -> None:
    """Make the emulator put the function's name into the name of each stream."""
    from ministack.services import cloudwatch_logs, lambda_svc

    lambda_svc._emit_lambda_logs = with_function(lambda_svc._emit_lambda_logs)  # noqa: SLF001
    cloudwatch_logs._fanout_to_subscription_filters = with_name(  # noqa: SLF001
        cloudwatch_logs._fanout_to_subscription_filters,  # noqa: SLF001
        cloudwatch_logs._log_groups,  # noqa: SLF001
    )


def with_function(emit: Callable[..., None]) -> Callable[..., None]:
    """Return ``emit``, which writes the output of one invocation, with its function noted."""

    def emit_with_function(function: dict[str, Any], *arguments: Any, **options: Any) -> None:
        noted = _function.set((function.get("config") or function).get("FunctionName"))
        try:
            emit(function, *arguments, **options)
        finally:
            _function.reset(noted)

    return emit_with_function


def with_name(
    fan_out: Callable[[str, str, Sequence[Any]], None], groups: dict[str, Any]
) -> Callable[[str, str, Sequence[Any]], None]:
    """Return ``fan_out``, which follows the writing of a stream, after the stream's renaming."""

    def fan_out_with_name(group: str, stream: str, events: Sequence[Any]) -> None:
        function = _function.get()
        name = stream.replace("[", f"{function}[", 1) if function else stream
        if name != stream:
            streams = groups[group]["streams"]
            streams[name] = streams.pop(stream)
        fan_out(group, name, events)

    return fan_out_with_name
