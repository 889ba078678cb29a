"""Matches texts with the conditions of rules, the cheapest condition first."""

from dataclasses import dataclass

from mara.alerts.model.rule import Conditions, Semantic
from mara.alerts.model.rule_match import MATCH_SHOWN_MAX, PatternMatch, RuleMatch, SemanticMatch
from mara.alerts.model.unicode_patterns import read_pattern
from mara.alerts.ports.rules import Likeness, Patterns


@dataclass(frozen=True, slots=True)
class RuleMatching:
    """Decides whether a text fires. It opens no transaction, and may take seconds for meanings."""

    patterns: Patterns
    likeness: Likeness

    def check(self, conditions: Conditions) -> None:
        """Raise InvalidKeywords or InvalidPattern for conditions that can never hold."""
        if conditions.keywords is not None:
            conditions.keywords.check_words()
        if conditions.regex is not None:
            self.patterns.search(read_pattern(conditions.regex).text, "")

    def match(self, conditions: Conditions, text: str, *, explain: bool = False) -> RuleMatch:
        """Return what the conditions say; after one that fails, the dearer ones are not asked.

        ``explain`` asks all. Raises EmbeddingUnavailable.
        """
        match = RuleMatch(
            keywords=conditions.keywords.match(text) if conditions.keywords else None,
            pattern=self._pattern(conditions.regex, text) if conditions.regex else None,
        )
        if conditions.semantic is None or not (match.fires or explain):
            return match
        semantic = self._semantic(conditions.semantic, text)
        return RuleMatch(match.keywords, match.pattern, semantic)

    def fires(self, conditions: Conditions, text: str) -> bool:
        """Whether all conditions hold. Raises EmbeddingUnavailable."""
        return self.match(conditions, text).fires

    def _pattern(self, regex: str, text: str) -> PatternMatch:
        read = read_pattern(regex)
        found = self.patterns.search(read.text, text)
        shown = None if found is None else found[:MATCH_SHOWN_MAX]
        return PatternMatch(shown, read.text if read.is_changed else None)

    def _semantic(self, semantic: Semantic, text: str) -> SemanticMatch:
        scores = self.likeness.scores(text, semantic.examples)
        score, example = max(zip(scores, semantic.examples, strict=True))
        return SemanticMatch(score, example, fires=score >= semantic.threshold)
