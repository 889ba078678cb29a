"""Dry runs of rules: on a text, or on what their chats said in the days that are kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from mara.alerts.model.rule_match import RuleMatch
from mara.alerts.model.rule_trial import SHOWN_MAX, Trial, TrialHit
from mara.alerts.ports.rules import Rules, RuleTexts
from mara.alerts.service.rule_matching import RuleMatching
from mara.alerts.service.text_sealing import TextSealing
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork

LOOKS_BACK: Final = timedelta(days=7)
TEXTS_MAX: Final = 2000
"""The newest that one dry run looks at."""
WORKS_FOR: Final = timedelta(seconds=20)
"""After this time a dry run ends, and says how many texts it has looked at."""


@dataclass(frozen=True, slots=True)
class RuleTrials:
    """Tries the caller's rules; nothing is posted, stored or charged."""

    rules: Rules
    texts: RuleTexts
    matching: RuleMatching
    sealing: TextSealing
    unit_of_work: UnitOfWork
    now: Clock

    def try_text(self, caller: Principal, rule_id: UUID, text: str) -> RuleMatch:
        """Return what each condition says of a text. Raises RuleNotFound, EmbeddingUnavailable."""
        with self.unit_of_work(caller.user_id):
            rule = self.rules.get(caller.user_id, rule_id)
        return self.matching.match(rule.settings.conditions, text, explain=True)

    def try_chats(self, caller: Principal, rule_id: UUID) -> Trial:
        """Return which messages of the last seven days the rule would fire on.

        Raises RuleNotFound, EmbeddingUnavailable, KeysUnavailable.
        """
        began_at = self.now()
        with self.unit_of_work(caller.user_id):
            rule = self.rules.get(caller.user_id, rule_id)
            since = began_at - min(LOOKS_BACK, rule.settings.keeps_for)
            kept = self.texts.newest(caller.user_id, rule_id, since, TEXTS_MAX)
            count = self.texts.count(caller.user_id, rule_id, since)
        spoken = self.sealing.open(rule.settings.config_id, kept)
        hits, looked_at = [], 0
        for one, text in zip(kept, spoken, strict=True):
            if self.now() - began_at >= WORKS_FOR:
                break
            looked_at += 1
            match = self.matching.match(rule.settings.conditions, text)
            if match.fires:
                hits.append(TrialHit(one, text, match))
        return Trial(rule, count, looked_at, len(hits), hits[:SHOWN_MAX])
