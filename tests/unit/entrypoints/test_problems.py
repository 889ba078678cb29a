"""Problem documents: the table, and the set of types that clients may rely on."""

import importlib
import pkgutil

import mara
from mara.entrypoints.problems import status_of, type_of
from mara.kernel.errors import DomainError

KINDS = "mara.kernel.errors"


def every_error() -> set[type[DomainError]]:
    for module in pkgutil.walk_packages(mara.__path__, "mara."):
        if module.name.endswith(
            (".errors", ".problems", ".idempotency", ".rate_limit", ".page")
        ) or module.name.startswith(("mara.kernel.", "mara.platform.")):
            importlib.import_module(module.name)

    def below(kind: type[DomainError]) -> set[type[DomainError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    return {
        e for e in below(DomainError) if e.__module__.startswith("mara.") and e.__module__ != KINDS
    }


def test_every_error_has_a_title_and_a_type_of_its_own() -> None:
    errors = every_error()
    assert len({type_of(error) for error in errors}) == len(errors)
    assert all(error.title for error in errors)


def test_the_types_that_clients_know_are_still_there() -> None:
    types = {type_of(error) for error in every_error()}
    assert {
        "/problems/auth/invalid-credentials",
        "/problems/auth/login-locked",
        "/problems/auth/missing-scope",
        "/problems/auth/refresh-token-reused",
        "/problems/auth/weak-password",
        "/problems/documents/document-not-found",
        "/problems/entrypoints/body-too-large",
        "/problems/entrypoints/idempotency-key-reused",
        "/problems/entrypoints/request-in-progress",
        "/problems/entrypoints/too-many-requests",
        "/problems/kernel/invalid-cursor",
        "/problems/users/email-taken",
        "/problems/users/last-superuser",
    } <= types


def test_every_error_has_one_of_the_statuses_of_the_contract() -> None:
    statuses = {status_of(error.__new__(error)).value for error in every_error()}
    assert statuses <= {401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 429, 503}
