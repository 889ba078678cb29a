"""Conversion of the conditions and kinds of rules to and from the values of columns."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ARRAY, Text
from sqlalchemy.dialects.postgresql import JSONB

from mara.alerts.model.keywords import Keywords
from mara.alerts.model.rule import Conditions, Semantic
from mara.platform.schema import Converted, dump_json

MemberT = TypeVar("MemberT", bound=StrEnum)


def set_of(members: type[MemberT]) -> Converted:
    """Return the type of a column that holds a set of values of an enumeration."""

    def load(stored: Collection[str]) -> frozenset[MemberT]:
        return frozenset(members(one) for one in stored)

    return Converted(ARRAY(Text), load=load, dump=sorted)


def conditions_type() -> Converted:
    """Return the type of a column that holds the conditions of a rule."""
    return Converted(
        JSONB(), load=load_conditions, dump=lambda given: dump_json(stored_conditions(given))
    )


def stored_conditions(conditions: Conditions) -> Mapping[str, Any]:
    """Return conditions as JSON."""
    keywords, semantic = conditions.keywords, conditions.semantic
    return {
        "keywords": keywords
        and [list(keywords.any_of), list(keywords.all_of), list(keywords.none_of)],
        "regex": conditions.regex,
        "semantic": semantic and [list(semantic.examples), semantic.threshold],
    }


def load_conditions(stored: Mapping[str, Any]) -> Conditions:
    """Return the conditions of a rule."""
    keywords, semantic = stored["keywords"], stored["semantic"]
    return Conditions(
        keywords=Keywords(*map(tuple, keywords)) if keywords else None,
        regex=stored["regex"],
        semantic=Semantic(tuple(semantic[0]), semantic[1]) if semantic else None,
    )
