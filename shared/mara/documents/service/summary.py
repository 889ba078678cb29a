"""Summarizes a document with a language model: part by part, then the summaries."""

from collections.abc import Sequence

from mara.documents.model.analysis import KEY_POINTS_MAX
from mara.documents.model.prompts import SUMMARY_SCHEMA, parse_summary, summary_prompt
from mara.kernel.language_model import LanguageModel, LanguageModelUnavailable, count_tokens
from mara.kernel.time_budget import TimeBudget

PARTS_MAX = 8
"""The number of parts that the model summarizes; of more, an evenly spaced sample."""
TEMPERATURE = 0.1


def sum_up(
    model: LanguageModel, texts: Sequence[str], language: str | None, budget: TimeBudget
) -> tuple[str, list[str]]:
    """Map each part to a summary, then reduce the summaries to one.

    Raises LanguageModelUnavailable, also if an answer does not match the schema, and if the budget
    is used up.
    """
    parts = _parts(texts, model.prompt_tokens_max)
    said = [_summarize(model, part, language, budget) for part in parts]
    if len(said) == 1:
        return said[0]
    together = "\n\n".join("\n".join([summary, *points]) for summary, points in said)
    return _summarize(model, together[: model.prompt_tokens_max], language, budget)


def _parts(texts: Sequence[str], tokens_max: int) -> list[str]:
    """Join adjacent texts up to half of the model's tokens; the other half is for its answer."""
    room = tokens_max // 2
    parts: list[str] = []
    for text in texts:
        joined = f"{parts[-1]}\n{text}" if parts else text
        if parts and count_tokens(joined) <= room:
            parts[-1] = joined
        else:
            parts.append(text)
    return thinned(parts, PARTS_MAX)


def thinned(items: list[str], most: int) -> list[str]:
    """Return at most ``most`` items, evenly spaced, so that the middle and the end are included."""
    if len(items) <= most:
        return items
    return [items[position * len(items) // most] for position in range(most)]


def _summarize(
    model: LanguageModel, text: str, language: str | None, budget: TimeBudget
) -> tuple[str, list[str]]:
    left_s = budget.left_s()
    if left_s is not None and left_s <= 0:
        raise LanguageModelUnavailable("The time for the analysis is used up.")
    completion = model.chat(
        summary_prompt(text, language),
        model=None,
        temperature=TEMPERATURE,
        schema=SUMMARY_SCHEMA,
        within_s=left_s,
    )
    summary = parse_summary(completion.text)
    if summary is None:
        raise LanguageModelUnavailable("The model wrote something else than a summary.")
    return summary[0], summary[1][:KEY_POINTS_MAX]
