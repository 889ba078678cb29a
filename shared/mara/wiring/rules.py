"""Assembles the services of monitoring rules from their production adapters."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from mara.alerts.adapters.postgres_rules import PostgresRules
from mara.platform.clock import now
from mara.platform.database import transaction

if TYPE_CHECKING:
    from mara.alerts.ports.rules import TextKeys
    from mara.alerts.service.rule_matching import RuleMatching
    from mara.alerts.service.rule_trials import RuleTrials
    from mara.alerts.service.rules import RuleService
    from mara.alerts.service.text_sealing import TextSealing
    from mara.alerts.service.watching import ChatWatch

TEXTS_AT_ONCE: Final = 5000
"""Texts that one transaction deletes."""


@cache
def rule_service() -> "RuleService":
    """Management of rules."""
    from mara.agents.adapters.postgres import PostgresAgents
    from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts
    from mara.alerts.service.rules import RuleService
    from mara.platform.count_lock import lock_count
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.bot_configs import PostgresBotConfigs

    return RuleService(
        rules=PostgresRules(),
        texts=PostgresRuleTexts(),
        agents=PostgresAgents(),
        configs=PostgresBotConfigs(),
        chats=PostgresBotChats(),
        matching=rule_matching(),
        lock_count=lock_count,
        unit_of_work=transaction,
        now=now,
    )


@cache
def rule_trials() -> "RuleTrials":
    """Dry runs of rules."""
    from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts
    from mara.alerts.service.rule_trials import RuleTrials

    return RuleTrials(
        PostgresRules(), PostgresRuleTexts(), rule_matching(), _text_sealing(), transaction, now
    )


@cache
def chat_watch() -> "ChatWatch":
    """The rules that see the messages of chats."""
    from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts
    from mara.alerts.service.watching import ChatWatch
    from mara.platform.outbox import publish
    from mara.telegram.adapters.bot_chats import PostgresBotChats
    from mara.telegram.adapters.connected_bots import PostgresConnectedBots
    from mara.wiring.alerts import alert_recorder

    return ChatWatch(
        rules=PostgresRules(),
        texts=PostgresRuleTexts(),
        chats=PostgresBotChats(),
        bots=PostgresConnectedBots(transaction, now),
        matching=rule_matching(),
        sealing=_text_sealing(),
        recorder=alert_recorder(publish),
        unit_of_work=transaction,
        now=now,
    )


@cache
def rule_matching() -> "RuleMatching":
    """The conditions of rules."""
    from mara.alerts.adapters.embedded_likeness import EmbeddedLikeness
    from mara.alerts.adapters.re2_patterns import Re2Patterns
    from mara.alerts.service.rule_matching import RuleMatching
    from mara.wiring.search import embedder

    return RuleMatching(Re2Patterns(), EmbeddedLikeness(embedder()))


@cache
def text_keys() -> "TextKeys":
    """The keys of texts that are kept for dry runs."""
    from mara.alerts.adapters.text_keys import StoredTextKeys
    from mara.wiring.connection_secrets import secret_store

    return StoredTextKeys(secret_store(), transaction)


def _text_sealing() -> "TextSealing":
    from mara.alerts.service.text_sealing import TextSealing
    from mara.platform import aes_gcm

    return TextSealing(text_keys(), aes_gcm)


def forget_expired(at: datetime) -> dict[str, int]:
    """Delete texts that are kept no longer, and what old messages fired; how many."""
    from datetime import timedelta

    from mara.alerts.adapters.postgres_missed import PostgresMissedPosts
    from mara.alerts.adapters.postgres_rule_texts import PostgresRuleTexts
    from mara.alerts.model.missed_post import MISSED_FOR
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.settings.alerts import alert_settings

    deleted = {"rule_texts": 0}
    while True:
        with transaction(SYSTEM):
            page = PostgresRuleTexts().forget_old(at, TEXTS_AT_ONCE)
        deleted["rule_texts"] += page
        if page < TEXTS_AT_ONCE:
            break
    with transaction(SYSTEM):
        deleted["missed_posts"] = PostgresMissedPosts().forget(at - MISSED_FOR)
    before = at - timedelta(days=alert_settings().alert_retention_days)
    with transaction(SYSTEM):
        deleted["rule_firings"] = PostgresRules().forget_firings(before)
    return deleted
