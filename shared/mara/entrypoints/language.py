"""The language of errors: chosen by Accept-Language, else by the locale of the caller's profile.

Errors are written in English where they are raised; ``mara.entrypoints.texts`` translates them.
"""

from typing import Any

from mara.entrypoints.events import PRINCIPAL, Request
from mara.entrypoints.texts import translate
from mara.platform.telemetry import logger
from mara.users.model import Locale

Problem = dict[str, Any]


def localized(problem: Problem, request: Request) -> tuple[Problem, dict[str, str]]:
    """Return the problem document in the language of the request, and its Content-Language.

    ``title``, ``detail`` and the details of ``errors`` are translated; ``code`` and ``type`` stay.
    """
    locale = locale_of(request)
    if locale is not Locale.EN:
        problem = _translated(problem)
    return problem, {"content-language": locale.value}


def locale_of(request: Request) -> Locale:
    """Return the language to answer in; English where neither header nor profile names one."""
    return accepted(request.headers.get("accept-language", "")) or _locale_of_profile(request)


def accepted(header: str) -> Locale | None:
    """Return the supported language that an Accept-Language header ranks highest, None if none.

    RFC 9110, section 12.5.4; ``ru-RU`` counts as ``ru``, and a quality of 0 excludes a language.
    """
    best, quality_of_best = None, 0.0
    for entry in header.split(","):
        tag, _, weight = entry.partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = _quality(weight)
        if language in set(Locale) and quality > quality_of_best:
            best, quality_of_best = Locale(language), quality
    return best


def _quality(weight: str) -> float:
    name, _, value = weight.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _locale_of_profile(request: Request) -> Locale:
    principal = request.event.get(PRINCIPAL)
    if principal is None:
        return Locale.EN
    from mara.wiring.users import profile_service

    try:
        return profile_service().get(principal).profile.locale
    except Exception:  # noqa: BLE001 - the error that is being answered must not be lost
        logger.warning("locale_unknown", request_id=request.request_id)
        return Locale.EN


def _translated(problem: Problem) -> Problem:
    code = problem["code"]
    fields = [
        {**field, "detail": translate(field["code"], field["detail"])}
        for field in problem.get("errors", ())
    ]
    return {
        **problem,
        "title": translate(code, problem["title"]),
        "detail": translate(code, problem["detail"]),
        **({"errors": fields} if fields else {}),
    }
