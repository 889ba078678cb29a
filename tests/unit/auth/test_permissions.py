"""Access rules."""

from uuid import uuid4

import pytest

from mara.auth.errors import KeyNotAllowed, MissingScope, NotAllowed
from mara.auth.model import Scope
from mara.auth.model.permissions import Access, Rule
from mara.kernel.principal import Principal, Role


def person(role: Role) -> Principal:
    return Principal(uuid4(), role, session_id=uuid4())


def key(*scopes: Scope) -> Principal:
    return Principal(uuid4(), Role.SUPERUSER, scopes=frozenset(scopes))


def test_access_levels_are_distinct_and_ascend() -> None:
    assert [access.name for access in Access] == ["PUBLIC", "USER", "ADMIN", "SUPERUSER"]
    assert [access.value for access in Access] == sorted({access.value for access in Access})


class TestRule:
    @pytest.mark.parametrize(
        ("role", "access", "allowed"),
        [
            (Role.USER, Access.USER, True),
            (Role.USER, Access.ADMIN, False),
            (Role.USER, Access.SUPERUSER, False),
            (Role.ADMIN, Access.USER, True),
            (Role.ADMIN, Access.ADMIN, True),
            (Role.ADMIN, Access.SUPERUSER, False),
            (Role.SUPERUSER, Access.SUPERUSER, True),
        ],
    )
    def test_every_role_includes_the_ones_before(
        self, role: Role, access: Access, allowed: bool
    ) -> None:
        if allowed:
            Rule(access).check(person(role))
            return
        with pytest.raises(NotAllowed):
            Rule(access).check(person(role))

    def test_a_key_may_do_what_its_scope_says_and_nothing_else(self) -> None:
        Rule(Access.USER, Scope.AGENTS_ASK).check(key(Scope.AGENTS_ASK))
        with pytest.raises(MissingScope):
            Rule(Access.USER, Scope.AGENTS_ASK).check(key(Scope.DOCUMENTS_READ))

    def test_no_key_may_do_what_names_no_scope(self) -> None:
        with pytest.raises(KeyNotAllowed):
            Rule(Access.USER).check(key(*Scope))
