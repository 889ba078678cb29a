"""The kinds of alerts, by what they are about."""

from typing import Final

from infra.observability.alert_kind import AlertKind
from infra.observability.kinds.answers import ANSWERS
from infra.observability.kinds.api import API
from infra.observability.kinds.chains import CHAINS
from infra.observability.kinds.money import MONEY
from infra.observability.kinds.telegram import TELEGRAM
from infra.observability.kinds.work import WORK

KINDS: Final[tuple[AlertKind, ...]] = (*MONEY, *CHAINS, *WORK, *API, *ANSWERS, *TELEGRAM)
"""In the order of the files."""
