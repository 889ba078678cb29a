"""The ids of traces, and a collector that is left alone after it failed."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from mara.kernel import correlation
from mara.platform.otlp import SILENT_S, SilentAfterFailure, TraceIds, trace_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Scripted(SpanExporter):
    def __init__(self, *results: SpanExportResult) -> None:
        self.results = list(results)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.results.pop(0)


class TestTraceOf:
    def test_is_the_id_where_that_is_one(self) -> None:
        assert trace_of(TRACE) == int(TRACE, 16)

    def test_is_the_same_for_one_id_and_another_for_another(self) -> None:
        assert trace_of("req-1") == trace_of("req-1") != trace_of("req-2")

    def test_is_never_the_invalid_zero(self) -> None:
        assert trace_of("0" * 32) > 0

    def test_fits_128_bits_whatever_the_id(self) -> None:
        for text in ("", "x" * 64, "g" * 32, "-" + "f" * 31):
            assert 0 < trace_of(text) < 2**128


class TestTraceIds:
    def test_are_of_the_id_that_is_followed(self) -> None:
        with correlation.following("req-1"):
            assert TraceIds().generate_trace_id() == trace_of("req-1")

    def test_are_random_outside_of_any_event(self) -> None:
        assert TraceIds().generate_trace_id() != TraceIds().generate_trace_id()


class TestSilence:
    def test_lasts_half_a_minute_after_a_failure(self) -> None:
        ok, failed = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
        seconds, said = [0.0], list[str]()
        exporter = SilentAfterFailure(
            Scripted(ok, failed, ok), lambda code, **_: said.append(code), lambda: seconds[0]
        )
        assert exporter.export([]) is ok
        assert exporter.export([]) is failed
        seconds[0] = SILENT_S - 0.1
        assert exporter.export([]) is failed
        seconds[0] = SILENT_S + 0.1
        assert exporter.export([]) is ok
        assert said == ["spans_not_sent"]
