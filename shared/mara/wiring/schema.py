"""Every table of every domain, for Alembic and for the check of drift."""

from mara.agents.adapters import tables as _agents
from mara.alerts.adapters import rule_tables as _rules
from mara.alerts.adapters import tables as _alerts
from mara.audit.adapters import tables as _audit
from mara.auth.adapters import tables as _auth
from mara.billing.adapters import credit_tables as _credits
from mara.billing.adapters import tables as _billing
from mara.billing.adapters import usage_tables as _usage
from mara.documents.adapters import tables as _documents
from mara.erasure.adapters import tables as _erasure
from mara.ledger.adapters import tables as _ledger
from mara.notifications.adapters import tables as _notifications
from mara.platform import tables as _platform
from mara.platform.schema import metadata
from mara.queues.adapters import tables as _queues
from mara.search.adapters import tables as _search
from mara.telegram.adapters import chat_tables as _chats
from mara.telegram.adapters import outgoing_tables as _outgoing
from mara.telegram.adapters import tables as _telegram
from mara.users.adapters import tables as _users
from mara.vault.adapters import tables as _vault
from mara.wallets.adapters import tables as _wallets

DECLARED_IN = (
    *(_platform, _audit, _users, _auth, _vault, _ledger, _notifications, _wallets),
    *(_search, _documents, _billing, _usage, _credits, _agents, _telegram, _chats, _outgoing),
    *(_alerts, _rules, _erasure, _queues),
)
"""The modules that declare tables: importing them fills ``metadata``."""

__all__ = ["DECLARED_IN", "metadata"]
