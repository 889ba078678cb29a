"""Alerts on what writes answers."""

from typing import Final

from infra.observability.alert_kind import AlertKind, Area, Urgency

_requests = "sum(rate(mara_model_request_duration_seconds_count{}[15m]))"
_enough = "sum(increase(mara_model_request_duration_seconds_count[15m])) >= 5"
_failed = _requests.replace("{}", '{outcome="failed"}')

ANSWERS: Final = (
    AlertKind(
        name="model-fails",
        area=Area.ANSWERS,
        urgency=Urgency.WARNING,
        meaning="More than half of 5 or more requests to the model fail: answers are quotes.",
        summary="The language model fails; answers consist of quotes.",
        expression=f"{_failed} / {_requests.replace('{}', '')}",
        at_least=_enough,
        threshold=0.5,
        hold="5m",
        fires=(
            ('mara_model_request_duration_seconds_count{outcome="answered"}', "0+1x40"),
            ('mara_model_request_duration_seconds_count{outcome="failed"}', "0+3x40"),
        ),
    ),
)
