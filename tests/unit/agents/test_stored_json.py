"""Stored JSON stays readable after a field was removed from the classes."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mara.agents.adapters import stored_json
from mara.agents.model import (
    AgentSettings,
    AnswerBasis,
    AnswerMode,
    AnswerStatus,
    Citation,
    Language,
    Retrieved,
)
from mara.agents.model.evaluation import CitedChunk, Outcome, Result
from mara.extraction.model import Place
from mara.kernel.ids import new_id

A, B = new_id(), new_id()
PLACE = Place(3, headings=("Disk", "Журнал"))
LISTS: list[tuple[Callable[[Any], Any], Sequence[Any]]] = [
    (stored_json.load_citations, [Citation(A, "disk.txt", B, "Delete the logs.", PLACE)]),
    (stored_json.load_retrieval, [Retrieved(A, B, 0.5, None, 0.25, 1.0)]),
    (stored_json.load_cited_chunks, [CitedChunk(A, B)]),
    (stored_json.load_results, [Result(A, "Почему?", Outcome.PASSED, AnswerStatus.ANSWERED, B, 7)]),
    (stored_json.load_results, [Result(A, "Why?", Outcome.LEFT_OUT)]),
]
OBJECTS: list[tuple[Callable[[Any], Any], Any]] = [
    (stored_json.load_answer_basis, AnswerBasis("disk", (A,), AnswerMode.QUOTE, None, "e5", 2)),
    (stored_json.load_settings, AgentSettings("On call", language=Language.RU, document_ids=(A,))),
]


def with_removed_field(stored: Any) -> Any:
    """Adds a field that no class has to every object."""
    if isinstance(stored, list):
        return [with_removed_field(item) for item in stored]
    if isinstance(stored, dict):
        return {name: with_removed_field(item) for name, item in stored.items()} | {"removed": 1}
    return stored


@pytest.mark.parametrize(("load", "records"), LISTS)
def test_lists_ignore_removed_fields(load: Callable[[Any], Any], records: Sequence[Any]) -> None:
    stored = json.loads(stored_json.dump_records(records))
    assert load(stored) == load(with_removed_field(stored)) == records


@pytest.mark.parametrize(("load", "record"), OBJECTS)
def test_objects_ignore_removed_fields(load: Callable[[Any], Any], record: Any) -> None:
    stored = json.loads(stored_json.dump_record(record))
    assert load(stored) == load(with_removed_field(stored)) == record


def test_settings_from_before_a_field_was_added_have_its_default() -> None:
    stored = json.loads(stored_json.dump_record(AgentSettings("On call", top_k=9)))
    del stored["top_k"]
    assert stored_json.load_settings(stored) == AgentSettings("On call")


def test_results_from_before_uses_were_metered_have_none() -> None:
    stored = json.loads(stored_json.dump_records([Result(A, "Why?", Outcome.PASSED)]))
    for name in ("use_id", "price_micro_usdt"):
        del stored[0][name]
    (result,) = stored_json.load_results(stored)
    assert (result.use_id, result.price_micro_usdt) == (None, 0)
