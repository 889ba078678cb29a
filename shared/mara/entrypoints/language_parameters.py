"""The language of the request as parameters of routes."""

from functools import cache
from typing import Annotated

from fastapi import Depends
from fastapi import Request as HttpRequest

from mara.entrypoints.events import REQUEST, Request
from mara.entrypoints.language import locale_of
from mara.entrypoints.texts import translate_failure
from mara.kernel.failure_text import FailureText
from mara.users.model import Locale


async def _failure_texts(http_request: HttpRequest) -> FailureText:
    request: Request = http_request.scope["aws.event"][REQUEST]

    @cache  # the profile is read once, and only where there is a failure to translate
    def is_russian() -> bool:
        return locale_of(request) is Locale.RU

    def in_language(code: str, detail: str) -> str:
        return translate_failure(code, detail) if is_russian() else detail

    return in_language


FailureTexts = Annotated[FailureText, Depends(_failure_texts)]
"""Translates the detail of a failure, given its code, into the language of the request."""


async def _caller_locale(http_request: HttpRequest) -> Locale:
    return locale_of(http_request.scope["aws.event"][REQUEST])


CallerLocale = Annotated[Locale, Depends(_caller_locale)]
"""The language of the request, for a route whose answer is text."""
