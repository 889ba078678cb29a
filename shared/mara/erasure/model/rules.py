"""What happens to each table with rows of users: the one list for exports and erasures.

A test compares it with the database, so that no table is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

BOOKS: Final = "The books of the platform must stay whole; they name the account by its id alone."
PAYABLE: Final = (
    "Money that is sent to the address later must be found, credited and paid back: addresses,"
    " deposits and sealed keys stay."
)
AUDIT: Final = "Who did what, by ids: the chain of the audit stays whole without its details."
OWN_RECORD: Final = "What was asked for and done, with this certificate."


@dataclass(frozen=True, slots=True)
class TableRule:
    """What is done with the rows of one table.

    ``kept`` is why rows stay after an erasure, None where they are deleted. ``blanked`` are the
    columns of rows that stay which an erasure empties. ``hidden`` are columns that no export
    contains: secrets, and hashes of them. ``unexported`` is why an export leaves out the table.
    """

    kept: str | None = None
    blanked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    unexported: str | None = None


def _hiding(*columns: str) -> TableRule:
    return TableRule(hidden=columns)


def _technical(why: str) -> TableRule:
    return TableRule(unexported=why)


_PLAIN: Final = TableRule()
_SECRET: Final = _technical("It holds secrets alone.")
_INDEX: Final = _technical("It is derived from the documents, whose files and passages are there.")
_LEASES: Final = _technical("It says which worker is busy.")
_BOOK: Final = TableRule(kept=BOOKS)

OF_PEOPLE: Final = {
    "users": TableRule(kept="The books refer to it; it has no personal data any more."),
    "account_mails": _hiding("token_hash"),
    "audit_details": _hiding("salt"),
    "audit_rows": TableRule(kept=AUDIT, hidden=("detail_mac", "previous", "hash")),
    "api_keys": _hiding("hash"),
    "changes": _technical("It repeats for a day which objects changed."),
    "connection_secrets": _SECRET,
    "credentials": _hiding("password_hash"),
    "data_jobs": TableRule(kept=OWN_RECORD, blanked=("mail_to",)),
    "dead_letters": _technical("It holds encrypted messages of workers, which are ids."),
    "idempotency_keys": _technical("It repeats answers of the API for a day, encrypted."),
    "refresh_tokens": _SECRET,
    "sessions": _PLAIN,
}
OF_KNOWLEDGE: Final = {
    **dict.fromkeys(("documents", "document_analyses", "index_chunks"), _PLAIN),
    **dict.fromkeys(("index_builds", "index_postings", "index_vectors"), _INDEX),
    **dict.fromkeys(("agents", "agent_versions", "conversations", "answers"), _PLAIN),
    **dict.fromkeys(("pending_answers", "evaluation_cases", "evaluations"), _PLAIN),
}
OF_BOTS: Final = {
    "bot_configs": _hiding("webhook_secret", "former_webhook_secrets"),
    "bot_invitations": _hiding("code_hash"),
    **dict.fromkeys(("bot_lanes", "bot_senders", "bot_chat_paces"), _LEASES),
    **dict.fromkeys(("bot_chats", "bot_conversations", "bot_people", "bot_replies"), _PLAIN),
    **dict.fromkeys(("bot_updates", "disconnected_bots", "outgoing_messages"), _PLAIN),
}
OF_ALERTS: Final = {
    "alert_intakes": _hiding("secret_hash", "previous_hash"),
    "alert_deliveries": _hiding("body_hash", "key_hash"),
    **dict.fromkeys(("alerts", "alert_signals", "alert_episodes", "alert_posts"), _PLAIN),
    **dict.fromkeys(("alert_messages", "alert_votes", "alert_rules", "rule_firings"), _PLAIN),
    "missed_posts": _PLAIN,
    "rule_text_keys": _SECRET,
    "rule_texts": _hiding("nonce", "ciphertext"),
    **dict.fromkeys(("notices", "notice_refusals"), _PLAIN),
    **dict.fromkeys(("webhooks", "webhook_deliveries"), _PLAIN),
}
OF_MONEY: Final = {
    "invoices": TableRule(kept=BOOKS, blanked=("buyer",)),
    **dict.fromkeys(("subscriptions", "subscription_events", "billing_clocks"), _BOOK),
    **dict.fromkeys(("credit_notes", "credits", "usage_counters", "usage_levels"), _BOOK),
    **dict.fromkeys(("usage_refusals", "usage_reservations", "ledger_accounts"), _BOOK),
    **dict.fromkeys(("ledger_transfers", "ledger_holds", "ledger_lots"), _BOOK),
    **dict.fromkeys(("ledger_postings", "ledger_lot_states"), _BOOK),
    **dict.fromkeys(("deposits", "wallets"), TableRule(kept=PAYABLE)),
    "vaults": TableRule(kept=PAYABLE, unexported="It holds sealed seeds of keys."),
}

RULES: Final[Mapping[str, TableRule]] = MappingProxyType(
    {**OF_PEOPLE, **OF_KNOWLEDGE, **OF_BOTS, **OF_ALERTS, **OF_MONEY}
)

UNOWNED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "erased_accounts": "Ids of erased accounts, by which writers are refused.",
        "outbox": "Messages hold ids; the address of a mail is there until it is sent.",
        "login_failures": "Deleted with the request of an erasure, by the key of the account.",
        "rate_limits": "Counts of a minute, by ids and hashes.",
        "trials": "A keyed hash of the address outlives the account by a year: one trial each.",
        "unreadable_events": "What a chain says of transfers, which is public.",
        **dict.fromkeys(
            (
                *("chain_providers", "chain_scans", "document_numbers", "done_schedules"),
                *("index_in_use", "leases", "ledger_figures", "message_failures"),
                *("metric_totals", "metric_values", "object_counts", "plans", "plan_versions"),
                "schedule_runs",
            ),
            "It holds nothing of users.",
        ),
    }
)
"""Tables without an owner, and why none of them is exported or erased."""

ERASED: Final = tuple(name for name, rule in RULES.items() if rule.kept is None)
EXPORTED: Final = tuple(name for name, rule in RULES.items() if rule.unexported is None)
CLOSED: Final = frozenset({"credits", "data_jobs", "subscriptions"})
"""Kept, but closed to new rows: requests that were in flight begin nothing for an erased account.

Both the closing and a subscription lock the balance, so one of them sees the other."""
UNGUARDED: Final = frozenset({"changes", "audit_details", "dead_letters"})
"""Erased, but open to new rows, so that a late deposit can be credited and deeds of operators are
recorded: changes and dead letters are ids alone and are kept for days, details are what the
operator wrote."""
