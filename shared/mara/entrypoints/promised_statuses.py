"""Routes that other programs call, whose statuses are a contract: any other becomes 503.

Alertmanager and Telegram repeat a call at once after a 5xx only; another refusal delays or loses
what they deliver. Their bodies have any media type and any text, and a rate limit is one of the
reasons for 503. It has no Retry-After: without one Telegram repeats at once, with one it waits.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from mara.entrypoints.events import Request, Response, json_response
from mara.entrypoints.language import localized
from mara.entrypoints.problems import PROBLEM_JSON, NotTaken, problem
from mara.kernel.errors import DomainError
from mara.platform.telemetry import logger


@dataclass(frozen=True, slots=True)
class PromisedStatuses:
    """The statuses that a route may answer with."""

    statuses: frozenset[int]
    on_refusal: Callable[[str, str], None] | None
    """Learns the last part of the path of a refused call, and the code of the problem."""

    def of(self, request: Request, response: Response) -> Response:
        """Return the response, or 503 in place of one that is not promised."""
        status = response["statusCode"]
        if status not in self.statuses:
            return _not_taken(request)
        if status < HTTPStatus.BAD_REQUEST or self.on_refusal is None:
            return response
        try:
            self.on_refusal(request.path.rpartition("/")[2], json.loads(response["body"])["code"])
        except DomainError:
            logger.warning("refusal_not_noted", request_id=request.request_id)
            return _not_taken(request)
        return response


def _not_taken(request: Request) -> Response:
    body, language = localized(problem(NotTaken("Send the same again."), request), request)
    return json_response(body["status"], body, PROBLEM_JSON, language)
