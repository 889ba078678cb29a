"""The families: few series in each process, whatever it does, and counts that no fork doubles."""

import json
import os
from math import prod

import pytest

from mara.agents.model import AnswerStatus
from mara.alerts.model.alert_post import PostState
from mara.documents.model import Stage
from mara.metrics.model import families
from mara.metrics.model.families import FAMILIES
from mara.metrics.model.family import SERIES_MAX, Family
from mara.metrics.service import recorder
from mara.telegram.model.sending import SendResult
from mara.wallets.model import FailureKind, Network
from tests.support.counts import counted

ONE = ("one",)
"""A process is of one function, so it has one operation, queue or schedule."""

VALUES: dict[tuple[Family, str], tuple[str, ...]] = {
    (families.HTTP_REQUESTS, "operation"): ONE,
    (families.HTTP_REQUESTS, "status"): ("2xx", "3xx", "4xx", "5xx"),
    (families.HTTP_SECONDS, "operation"): ONE,
    (families.TRANSACTIONS, "outcome"): ("committed", "rolled_back"),
    (families.DATABASE_ERRORS, "kind"): (
        *("connection", "conflict", "constraint", "resources", "timeout", "other"),
    ),
    (families.QUEUE_MESSAGES, "queue"): ONE,
    (families.QUEUE_MESSAGES, "outcome"): (
        *("processed", "repeated", "postponed", "refused", "failed"),
    ),
    (families.QUEUE_SECONDS, "queue"): ONE,
    (families.SCHEDULE_RUNS, "schedule"): ONE,
    (families.SCHEDULE_RUNS, "outcome"): ("done", "skipped", "failed"),
    (families.SCHEDULE_SECONDS, "schedule"): ONE,
    (families.INGESTION_SECONDS, "stage"): tuple(Stage),
    (families.ANSWERS, "status"): tuple(AnswerStatus),
    (families.MODEL_SECONDS, "outcome"): ("answered", "failed"),
    (families.MODEL_TOKENS, "direction"): ("read", "written"),
    (families.RPC_CALLS, "network"): tuple(Network),
    (families.RPC_CALLS, "outcome"): ("answered", "refused", "failed", *FailureKind),
    (families.BLOCKS_READ, "network"): tuple(Network),
    (families.UNREADABLE_EVENTS, "network"): tuple(Network),
    (families.CHARGES, "outcome"): ("charged", "refused", "set_aside"),
    (families.UPDATES, "outcome"): ("handled", "failed", "dead"),
    (families.SENDS, "result"): tuple(SendResult),
    (families.POST_ENDS, "end"): (*PostState, "unpaid"),
    (families.METRIC_FLUSHES, "outcome"): ("stored", "failed"),
    (families.SOURCE_READS, "outcome"): ("read", "late", "failed"),
}


def possible_series(family: Family) -> int:
    return prod(len(VALUES[family, label]) for label in family.labels) * len(family.parts)


class TestSeries:
    def test_of_a_process_that_counts_everything_are_fewer_than_the_limit(self) -> None:
        possible = sum(map(possible_series, FAMILIES))
        print(f"{possible} series are possible in one process, {SERIES_MAX} are allowed")
        assert possible <= SERIES_MAX

    def test_have_no_label_of_unknown_values(self) -> None:
        assert set(VALUES) == {(family, label) for family in FAMILIES for label in family.labels}

    @pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
    def test_have_labels_that_bound_them(self, family: Family) -> None:
        assert not {"path", "id", "owner", "user", "tenant", "alert", "name"} & set(family.labels)

    def test_are_shown_before_they_are_counted_only_with_values_that_they_may_have(self) -> None:
        assert sorted(families.NETWORKS) == sorted(Network)
        for family in FAMILIES:
            if family.known:
                (label,) = family.labels
                assert set(family.known) <= set(VALUES[family, label])

    def test_are_named_once(self) -> None:
        assert len({family.name for family in FAMILIES}) == len(FAMILIES)


class TestFork:
    def test_begins_another_environment_without_the_counts_of_the_parent(self) -> None:
        recorder().count(families.ANSWERS, "answered", by=3)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            recorder().count(families.ANSWERS, "answered")
            told = json.dumps([str(recorder().environment), counted("mara_answers")])
            os.write(writing, told.encode())
            os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        with os.fdopen(reading) as said:
            environment, found = json.loads(said.read())
        assert environment != str(recorder().environment)
        assert found == {"mara_answers|answered": 1}
        assert counted("mara_answers") == {"mara_answers|answered": 3}
