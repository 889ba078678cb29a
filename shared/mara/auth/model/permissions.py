"""The permission matrix: which operation of the API is for whom."""

from dataclasses import dataclass
from enum import Enum

from mara.auth.errors import KeyNotAllowed, MissingScope, NotAllowed
from mara.auth.model import Scope
from mara.kernel.principal import Principal, Role


class Access(Enum):
    """The least role that may call; every role includes the ones before it."""

    PUBLIC = 0
    USER = 1
    ADMIN = 2
    SUPERUSER = 3


RANK = {Role.USER: Access.USER, Role.ADMIN: Access.ADMIN, Role.SUPERUSER: Access.SUPERUSER}


@dataclass(frozen=True, slots=True)
class Rule:
    """``key_scope`` is what an API key needs to call it; ``None``: no key may."""

    access: Access
    key_scope: Scope | None = None

    def check(self, principal: Principal) -> None:
        """Raises NotAllowed, KeyNotAllowed, MissingScope."""
        if RANK[principal.role].value < self.access.value:
            raise NotAllowed(f"It takes the role {self.access.name.lower()}.")
        if principal.scopes is None:
            return
        if self.key_scope is None:
            raise KeyNotAllowed("Log in, and use the access token.")
        if self.key_scope not in principal.scopes:
            raise MissingScope(f"Make a key with the scope {self.key_scope.value}.")


PUBLIC = Rule(Access.PUBLIC)
USER = Rule(Access.USER)
ADMIN = Rule(Access.ADMIN)

MATRIX: dict[str, Rule] = {
    # auth
    "register": PUBLIC,
    "log_in": PUBLIC,
    "check_liveness": PUBLIC,
    "refresh_session": PUBLIC,  # the refresh token is the proof
    "log_out": USER,
    "log_out_everywhere": USER,
    "change_password": USER,
    "list_api_keys": USER,
    "create_api_key": USER,
    "delete_api_key": USER,
    # users
    "get_profile": USER,
    "update_profile": USER,
    "get_balance": Rule(Access.USER, Scope.BALANCE_READ),
    "list_balance_entries": USER,
    "list_users": ADMIN,
    "get_user": ADMIN,
    "update_user": ADMIN,
    # wallets
    "list_wallets": USER,
    "generate_wallet": USER,
    "get_wallet": USER,
    "get_wallet_balance": USER,
    "list_deposits": USER,
    "claim_deposit": USER,
    # agents
    "list_agents": USER,
    "get_answer": USER,
    "list_versions": USER,
    "set_gate": USER,
    "publish_version": USER,
    "roll_back_version": USER,
    "evaluate_agent": USER,
    "list_evaluations": USER,
    "create_agent": USER,
    "get_agent": USER,
    "update_agent": USER,
    "delete_agent": USER,
    "ask_agent": Rule(Access.USER, Scope.AGENTS_ASK),
    "list_conversations": USER,
    "get_conversation": USER,
    "delete_conversation": USER,
    "give_feedback": USER,
    # documents
    "list_documents": USER,
    "request_analysis": USER,
    "upload_document": Rule(Access.USER, Scope.DOCUMENTS_WRITE),
    "get_document": USER,
    "list_chunks": USER,
    "get_content": USER,
    "delete_document": USER,
    "search_documents": Rule(Access.USER, Scope.DOCUMENTS_READ),
    # operations
    "check_health": PUBLIC,
    "check_readiness": PUBLIC,
    "get_openapi": PUBLIC,
    "show_docs": PUBLIC,
    "answer_preflight": PUBLIC,
    "refuse_unknown_route": PUBLIC,
}
"""An operation that is not here can be called by nobody: its function does not start."""


def rule_of(operation: str) -> Rule:
    """Raises KeyError for an operation without a rule."""
    return MATRIX[operation]
