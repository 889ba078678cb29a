"""A migration runs while code of the version before still does: it expands, or says what it ends.

Decision 0040. A contraction (a dropped or renamed column, another type, a new NOT NULL) names the
migration that made it possible, and that one is in a released version already.
"""

from collections.abc import Iterator
from types import ModuleType

import pytest
from alembic import op
from alembic.script import Script, ScriptDirectory

from infra.local.settings import ROOT
from tests.support.migrations import (
    broken_rules,
    importable_versions,
    module_of,
    problems_of,
    releases,
    sql_of,
)

CHECKED_AFTER = "closed_books"
"""Earlier migrations were made before any stage was deployed that had to keep running."""
OF_USERS = "identity"
"""A migration of a release; it makes the table ``users``."""


@pytest.fixture(scope="module")
def scripts() -> Iterator[ScriptDirectory]:
    with importable_versions() as found:
        yield found


def newest_release() -> str:
    return [*releases().values()][-1]


def problems(module: ModuleType, scripts: ScriptDirectory) -> list[str]:
    return problems_of(Script(module, "tried", "tried.py"), scripts, newest_release())


def test_every_later_migration_expands_or_ends_what_a_release_has_replaced(
    scripts: ScriptDirectory,
) -> None:
    later = scripts.iterate_revisions("heads", CHECKED_AFTER)
    assert [p for one in later for p in problems_of(one, scripts, newest_release())] == []


def test_releases_name_migrations_in_their_order_and_versions_of_the_changelog(
    scripts: ScriptDirectory,
) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for version, revision in releases().items():
        assert f"## [{version}]" in changelog
        assert scripts.get_revision(revision)
    ancestors = [one.revision for one in scripts.iterate_revisions("heads", "base")]
    places = [ancestors.index(revision) for revision in releases().values()]
    assert places == sorted(places, reverse=True)


class TestContractions:
    @pytest.mark.parametrize(
        ("statement", "rule"),
        [
            ("ALTER TABLE users DROP COLUMN company", "ban-drop-column"),
            ("DROP TABLE users", "ban-drop-table"),
            ("ALTER TABLE users RENAME COLUMN company TO firm", "renaming-column"),
            ("ALTER TABLE users RENAME TO people", "renaming-table"),
            ("ALTER TABLE users ALTER COLUMN company TYPE integer", "changing-column-type"),
            ("ALTER TABLE users ALTER COLUMN company SET NOT NULL", "adding-not-nullable-field"),
            ("ALTER TABLE users ADD COLUMN nickname text NOT NULL", "adding-required-field"),
            ("ALTER TABLE users SET SCHEMA archive", "ban-set-schema"),
            ("DROP FUNCTION users()", "ban-drop"),
            ("DROP VIEW IF EXISTS users", "ban-drop"),
            ("DROP MATERIALIZED VIEW users", "ban-drop"),
            ("DROP TYPE users", "ban-drop"),
            ("DROP SCHEMA users CASCADE", "ban-drop"),
            ("ALTER TYPE users RENAME TO people", "ban-rename"),
            ("REVOKE INSERT ON users FROM mara_app", "ban-revoke"),
            ("TRUNCATE users", "ban-truncate"),
            ("TRUNCATE TABLE public.users CASCADE", "ban-truncate"),
            ("ALTER TABLE users ENABLE ROW LEVEL SECURITY", "ban-row-level-security"),
            ("alter table users force row level security", "ban-row-level-security"),
            ("CREATE UNIQUE INDEX CONCURRENTLY one ON users (email)", "ban-unique-index"),
            ("DO $$ BEGIN ALTER TABLE users DROP COLUMN email; END $$", "ban-do-block"),
            ("DO $a$ BEGIN EXECUTE 'drop table users'; END $a$", "ban-do-block"),
        ],
    )
    def test_are_refused_until_they_name_a_released_expansion(
        self, statement: str, rule: str, scripts: ScriptDirectory
    ) -> None:
        def upgrade() -> None:
            op.execute(statement)

        refused = f"tried: {rule}"
        assert refused in problems(module_of(upgrade), scripts)
        assert refused in problems(module_of(upgrade, CHECKED_AFTER), scripts)
        assert refused not in problems(module_of(upgrade, OF_USERS), scripts)

    def test_are_refused_where_the_expansion_is_of_something_else(
        self, scripts: ScriptDirectory
    ) -> None:
        def upgrade() -> None:
            op.execute("ALTER TABLE users ADD COLUMN firm text")
            op.execute("ALTER TABLE answers DROP COLUMN status")

        assert problems(module_of(upgrade, OF_USERS), scripts) == ["tried: identity has no answers"]

    @pytest.mark.parametrize(
        "comment",
        [
            "-- squawk-ignore ban-drop-column",
            "-- squawk-ignore ban-drop-column -- it is not used",
            "-- squawk-ignore ban-drop-column, disallowed-unique-constraint -- not used",
            "/* squawk-ignore ban-drop-column */",
            "-- squawk-ignore-file",
            "-- squawk-ignore-file ban-drop-column -- not used",
        ],
    )
    def test_are_excused_by_no_comment(self, comment: str) -> None:
        assert broken_rules(f"{comment}\nALTER TABLE a DROP COLUMN b") == {"ban-drop-column"}

    def test_of_alembics_operations_are_seen_too(self, scripts: ScriptDirectory) -> None:
        def upgrade() -> None:
            op.drop_column("users", "company")

        assert problems(module_of(upgrade), scripts) == ["tried: ban-drop-column"]


class TestLocks:
    @pytest.mark.parametrize(
        ("statement", "rule"),
        [
            ("CREATE INDEX ON answers (status)", "require-concurrent-index-creation"),
            ("DROP INDEX answers_of_owner", "require-concurrent-index-deletion"),
            (
                "ALTER TABLE answers ADD CONSTRAINT long CHECK (text <> '')",
                "constraint-missing-not-valid",
            ),
            (
                "ALTER TABLE users ADD CONSTRAINT one UNIQUE (company)",
                "disallowed-unique-constraint",
            ),
            (
                "ALTER TABLE answers ADD COLUMN drawn uuid DEFAULT gen_random_uuid()",
                "adding-field-with-default",
            ),
            ("LOCK TABLE answers", "ban-lock"),
            ("CLUSTER answers USING answers_of_owner", "ban-cluster"),
            ("VACUUM (FULL, ANALYZE) answers", "ban-vacuum-full"),
            ("VACUUM FULL answers", "ban-vacuum-full"),
            ("REINDEX TABLE answers", "ban-reindex"),
            (
                (
                    "ALTER TABLE answers ADD CONSTRAINT long CHECK (text <> '') NOT VALID;"
                    " ALTER TABLE answers VALIDATE CONSTRAINT long"
                ),
                "ban-validate-beside-add",
            ),
            (
                "ALTER TABLE answers ADD COLUMN note text; UPDATE answers SET note = text",
                "ban-backfill-beside-alter",
            ),
        ],
    )
    def test_on_large_tables_are_refused_whatever_the_migration_declares(
        self, statement: str, rule: str, scripts: ScriptDirectory
    ) -> None:
        def upgrade() -> None:
            op.execute(statement)

        assert f"tried: {rule}" in problems(module_of(upgrade, newest_release()), scripts)

    def test_are_excused_by_a_comment_on_the_statement_that_says_why(self) -> None:
        statement = "CREATE INDEX ON plans (created_at);"
        rule = "require-concurrent-index-creation"
        assert broken_rules(statement) == {rule}
        assert broken_rules(f"-- squawk-ignore {rule}\n{statement}") == {rule}
        assert broken_rules(f"-- squawk-ignore {rule} -- plans are few\n{statement}") == set()
        rule, statement = "ban-lock", "LOCK TABLE plans"
        assert broken_rules(statement) == {rule}
        assert broken_rules(f"-- squawk-ignore {rule}\n{statement}") == {rule}
        assert broken_rules(f"-- squawk-ignore {rule} -- plans are few\n{statement}") == set()

    def test_are_avoided_by_building_an_index_concurrently(self, scripts: ScriptDirectory) -> None:
        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.execute("DROP INDEX CONCURRENTLY IF EXISTS by_status")
                op.execute("CREATE INDEX CONCURRENTLY by_status ON answers (status)")

        assert "CONCURRENTLY" in sql_of(upgrade)
        assert problems(module_of(upgrade), scripts) == []

    @pytest.mark.parametrize(
        "before",
        [
            "SELECT 1",
            "DROP INDEX CONCURRENTLY IF EXISTS by_another",
            "ALTER TABLE answers ADD COLUMN note text",
            (
                "DROP INDEX CONCURRENTLY IF EXISTS by_status;"
                " ALTER TABLE answers ADD COLUMN note text"
            ),
        ],
    )
    def test_of_an_index_that_fails_half_way_leave_nothing_in_the_way_of_another_try(
        self, before: str, scripts: ScriptDirectory
    ) -> None:
        def upgrade() -> None:
            op.execute(before)
            with op.get_context().autocommit_block():
                op.execute("CREATE INDEX CONCURRENTLY by_status ON answers (status)")

        expected = "tried: ban-concurrently-beside-others"
        assert expected in problems(module_of(upgrade, newest_release()), scripts)


class TestExpansions:
    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE users ADD COLUMN nickname text",
            "ALTER TABLE users ADD COLUMN visits bigint NOT NULL DEFAULT 0",
            "CREATE TABLE notes (owner_id uuid REFERENCES users); CREATE INDEX ON notes (owner_id)",
            "ALTER TABLE answers ADD CONSTRAINT long CHECK (text <> '') NOT VALID",
            "ALTER TABLE answers VALIDATE CONSTRAINT long",
            (
                "CREATE TABLE notes (id uuid); ALTER TABLE notes ENABLE ROW LEVEL SECURITY;"
                " CREATE UNIQUE INDEX ON notes (id); REVOKE UPDATE ON notes FROM mara_app"
            ),
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DELETE FROM a; DROP TABLE a $$",
            "INSERT INTO plans (name) VALUES ('; DROP FUNCTION f; --')",
        ],
    )
    def test_pass(self, statement: str, scripts: ScriptDirectory) -> None:
        def upgrade() -> None:
            op.execute(statement)

        assert problems(module_of(upgrade), scripts) == []
