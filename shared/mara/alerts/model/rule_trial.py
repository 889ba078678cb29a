"""What a dry run of a rule finds in what its chats said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mara.alerts.model.kept_text import KeptText
from mara.alerts.model.rule import ChatRule
from mara.alerts.model.rule_match import RuleMatch

SHOWN_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class TrialHit:
    """A message that a rule would fire on, and why."""

    kept: KeptText
    text: str
    match: RuleMatch


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would do about the messages of its chats, the newest first.

    ``looked_at`` of ``kept`` were compared; ``fired`` of these fire, the first SHOWN_MAX are hits.
    """

    rule: ChatRule
    kept: int
    looked_at: int
    fired: int
    hits: Sequence[TrialHit]
