"""Problem documents in the OpenAPI document: their schema, and a catalogue of all types."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc
from typing import Any

import mara
from mara.entrypoints import problems
from mara.kernel import errors
from mara.kernel.errors import DomainError

REF = {"$ref": "#/components/schemas/Problem"}
INSTANCE = "/api/v1/agents"
REQUEST_ID = "5f3a2b1c-9d8e-4f70-a1b2-c3d4e5f60718"
MODULES_OF_ERRORS = (
    ".errors",
    ".problems",
    ".idempotency",
    ".rate_limit",
    ".page",
    ".money",
    ".replacement",
)

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Address of a page that explains the problem. It never changes.",
            "examples": ["/problems/auth/invalid-credentials"],
        },
        "title": {
            "type": "string",
            "description": "The problem in a few words, the same for every occurrence.",
            "examples": ["E-mail or password is wrong"],
        },
        "status": {
            "type": "integer",
            "description": "The HTTP status of the response.",
            "examples": [401],
        },
        "detail": {
            "type": "string",
            "description": "What is wrong this time, or what to do about it.",
            "examples": ["No account matches this e-mail and password."],
        },
        "instance": {
            "type": "string",
            "description": "The path of the request.",
            "examples": ["/api/v1/auth/login"],
        },
        "code": {
            "type": "string",
            "description": "Code of the problem, for programs. It never changes.",
            "examples": ["invalid_credentials"],
        },
        "request_id": {
            "type": "string",
            "description": "Id of the request, which is in the log too.",
            "examples": [REQUEST_ID],
        },
        "errors": {
            "type": "array",
            "description": "What is wrong with each field of the request.",
            "items": {"$ref": "#/components/schemas/FieldError"},
        },
        "rule": {
            "type": "object",
            "description": "The rule of the plan that refuses the use, with its figures: `name`, "
            "`plan`, `meter`, `included`, `used`, `reserved`, `requested` and others.",
            "examples": [
                {
                    "name": "allowance",
                    "plan": "free",
                    "meter": "answers",
                    "included": 30,
                    "used": 30,
                    "reserved": 0,
                    "requested": 1,
                    "resets_at": "2026-12-27T18:17:11Z",
                }
            ],
        },
        "missing": {
            "type": "string",
            "description": "What the balance lacks, in USDT.",
            "examples": ["1.000000"],
        },
        "way_out": {
            "type": "array",
            "description": "What makes the use possible: `wait` for the next usage period, "
            "`subscribe`, `change_plan`, `pay` the open invoice, `deposit`, `raise_overage_limit`,"
            " `delete` something.",
            "items": {
                "type": "object",
                "required": ["action"],
                "properties": {
                    "action": {
                        "type": "string",
                        "description": "What to do.",
                        "examples": ["subscribe"],
                    },
                    "plan": {
                        "type": "string",
                        "description": "Code of the cheapest plan sold to all, by its price per "
                        "month, that would allow the use; absent where none would, or the open "
                        "invoice is to be paid first.",
                        "examples": ["team"],
                    },
                },
            },
        },
    },
}
FIELD_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong with one field of the request.",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer of the field in the body (RFC 6901), or `query:`, `path:`"
            " or `header:` and a name.",
            "examples": ["/name", "query:limit", "path:agent_id"],
        },
        "code": {
            "type": "string",
            "description": "Code of this error, for programs; `bad_request` for a wrong shape.",
            "examples": ["bad_request"],
        },
        "detail": {
            "type": "string",
            "description": "What is wrong with the field.",
            "examples": ["Field required"],
        },
    },
}


@dataclass(frozen=True, slots=True, order=True)
class ProblemType:
    """One type of problem; ``description`` says when it occurs, ``remedy`` what to do."""

    type: str
    code: str
    title: str
    status: int
    description: str
    remedy: str


REMEDIES = {
    errors.Invalid: "Correct the request: as it is written, it cannot succeed.",
    errors.Unauthenticated: "Log in, or send a valid access token or API key.",
    errors.PaymentRequired: "Take a way that `way_out` lists, such as paying in what is missing.",
    errors.Forbidden: "Use an account or an API key that has the right.",
    errors.NotFound: "Check the address and the ids: the object does not exist, or is not yours.",
    errors.Gone: "The object was removed for good: stop sending to this address.",
    errors.Conflict: "Read the current state of the object, then decide whether to try again.",
    errors.LimitReached: "Wait for the seconds that the header `Retry-After` names.",
    errors.Unavailable: "Send the same request again after the seconds in `Retry-After`.",
}
OF_EVERY_OPERATION = (
    ProblemType(
        type="/problems/bad-request",
        code="bad_request",
        title="The request does not have the shape it should",
        status=422,
        description="A field, a parameter or the body is missing, unknown or not valid.",
        remedy="Correct the fields that `errors` lists.",
    ),
    ProblemType(
        type="/problems/internal",
        code="internal",
        title="Something went wrong on our side",
        status=500,
        description="An unexpected error occurred. It is logged with the request id.",
        remedy="Send the request again later; if it fails again, report the request id.",
    ),
)


@cache
def every_error() -> frozenset[type[DomainError]]:
    """All domain errors of the code, in whichever module they are."""
    for module in pkgutil.walk_packages(mara.__path__, "mara."):
        if module.name.endswith(MODULES_OF_ERRORS) or module.name.startswith("mara.platform."):
            importlib.import_module(module.name)
    return frozenset(
        error for error in _below(DomainError) if error.__module__.startswith("mara.")
    ) - {DomainError, *REMEDIES}


def listed(raised: Iterable[type[DomainError]]) -> list[ProblemType]:
    """Return the problem types of an operation: those of its errors, and those of every one.

    Where the statuses are promised, an unexpected error is 503 as well.
    """
    errors_ = set(raised)
    of_every = OF_EVERY_OPERATION[:1] if problems.NotTaken in errors_ else OF_EVERY_OPERATION
    return sorted({*(_of_error(error) for error in errors_), *of_every})


def responses(raised: Iterable[type[DomainError]]) -> dict[str, Any]:
    """Return the error responses of an operation by status; each lists its codes."""
    by_status: dict[int, list[ProblemType]] = {}
    for problem in listed(raised):
        by_status.setdefault(problem.status, []).append(problem)
    found = {str(status): _response(types) for status, types in sorted(by_status.items())}
    other = "Any other error, such as one of the gateway before the API."
    return {**found, "default": {"description": other, "content": _content({})}}


def examples(types: Iterable[str]) -> dict[str, Any]:
    """Return the problem documents of ``types`` as the document's components, by code."""
    return {
        problem.code: {"summary": problem.title, "value": _example(problem)}
        for problem in _every_type()
        if problem.type in types
    }


def catalogue(operations: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return all problem types for the pages that explain them.

    ``operations`` has the ids of the operations that answer with a type.
    """
    return {
        problem.type: {
            "code": problem.code,
            "title": problem.title,
            "status": problem.status,
            "description": problem.description,
            "remedy": problem.remedy,
            "operations": sorted(operations.get(problem.type, [])),
        }
        for problem in _every_type()
    }


def _every_type() -> list[ProblemType]:
    return sorted({*map(_of_error, every_error()), *OF_EVERY_OPERATION})


def _of_error(error: type[DomainError]) -> ProblemType:
    type_ = problems.type_of(error)
    return ProblemType(
        type=type_,
        code=problems.slug_of(error).replace("-", "_"),
        title=error.title,
        status=problems.status_of(error.__new__(error)).value,
        description=" ".join(cleandoc(error.__doc__ or "").replace("``", "`").split()),
        remedy=next(text for kind, text in REMEDIES.items() if issubclass(error, kind)),
    )


def _response(types: list[ProblemType]) -> dict[str, Any]:
    shown = {t.code: {"$ref": f"#/components/examples/{t.code}"} for t in types}
    response: dict[str, Any] = {
        "description": "\n".join(f"- `{t.code}`: {t.title}." for t in types),
        "content": _content(shown),
        "x-problem-codes": [t.code for t in types],
    }
    if types[0].status in {429, 503}:
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return response


def _content(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {problems.PROBLEM_JSON: {"schema": REF, **({"examples": shown} if shown else {})}}


def _example(problem: ProblemType) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.description,
        "instance": INSTANCE,
        "code": problem.code,
        "request_id": REQUEST_ID,
    }
    if problem.code == "bad_request":
        example["errors"] = [
            {"pointer": "/name", "code": "bad_request", "detail": "Field required"}
        ]
    return example


def _below(kind: type[DomainError]) -> set[type[DomainError]]:
    return {kind}.union(*(_below(child) for child in kind.__subclasses__()))
