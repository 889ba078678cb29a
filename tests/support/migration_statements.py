"""Statements of migrations that Squawk has no rule for, and the comments that excuse some."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

TOKEN: Final = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*'|(?P<tag>\$\w*\$).*?(?P=tag))|(?P<end>;)",
    re.DOTALL,
)
EXCUSE: Final = re.compile(r"squawk-ignore\s+(?P<rules>[a-z-]+(?:\s*,\s*[a-z-]+)*)\s+--\s*\w")
"""``-- squawk-ignore RULE -- REASON``: Squawk accepts it without the reason too."""
ANY_EXCUSE: Final = re.compile("squawk-ignore", re.IGNORECASE)
NAME: Final = r"(?:IF EXISTS |ONLY |CONCURRENTLY )*(?P<name>[\w.\"]+)"

BREAKING: Final = {
    "ban-do-block": re.compile(
        r"DO\b.*\b(ALTER|CLUSTER|CREATE|DROP|EXECUTE|LOCK|RENAME|REVOKE|TRUNCATE|VACUUM)\b"
    ),
    "ban-drop": re.compile(
        r"DROP (?!INDEX|POLICY|RULE|STATISTICS|TABLE|TRIGGER)(MATERIALIZED )?\w+ " + NAME
    ),
    "ban-rename": re.compile(r"ALTER (?!INDEX|TABLE)(MATERIALIZED )?\w+ " + NAME + r".* RENAME "),
    "ban-revoke": re.compile(r"(ALTER DEFAULT PRIVILEGES .*)?REVOKE .* ON (?:TABLE )?" + NAME),
    "ban-row-level-security": re.compile(
        r"ALTER TABLE " + NAME + r".* (ENABLE|FORCE) ROW LEVEL SECURITY"
    ),
    "ban-set-schema": re.compile(r"ALTER (MATERIALIZED )?\w+ " + NAME + r".* SET SCHEMA "),
    "ban-truncate": re.compile(r"TRUNCATE (?:TABLE )?" + NAME),
    "ban-unique-index": re.compile(r"CREATE UNIQUE INDEX .*?\bON " + NAME),
}
"""Statements that break code of the previous version, except on tables the migration creates."""
BLOCKING: Final = {
    "ban-cluster": re.compile(r"CLUSTER\b"),
    "ban-lock": re.compile(r"LOCK\b"),
    "ban-reindex": re.compile(r"REINDEX (?!.*CONCURRENTLY)"),
    "ban-vacuum-full": re.compile(r"VACUUM\b.*\bFULL\b"),
}
"""What keeps others waiting."""
VALIDATED_AT_ONCE: Final = "ban-validate-beside-add"
"""A constraint is validated in the transaction that adds it, whose lock the validation then has."""
NOT_AGAIN: Final = "ban-concurrently-beside-others"
"""An index is built outside of a transaction beside other statements, or without removing what a
build that failed has left: the migration could not be run again. No comment excuses it."""
UNDER_LOCK: Final = "ban-backfill-beside-alter"
"""Rows are changed in the transaction that alters their table, whose lock lasts as long."""
IN_OWN_LISTS: Final = frozenset({*BLOCKING, VALIDATED_AT_ONCE, UNDER_LOCK})
TABLE: Final = re.compile(r"CREATE (?:\w+ )*?TABLE (?:IF NOT EXISTS )?(?P<name>[\w.\"]+)")
SUBJECT: Final = re.compile(r"(?:ALTER|DROP) (?:MATERIALIZED )?\w+ " + NAME)


@dataclass(frozen=True, slots=True)
class Statement:
    """``text`` is in capitals, without comments; ``excused`` are rules with a reason."""

    sql: str
    text: str
    excused: frozenset[str]

    def broken(self, made: set[str]) -> set[str]:
        """The rules of BREAKING that it breaks; ``made`` are tables of the same migration."""
        found = {rule: pattern.match(self.text) for rule, pattern in BREAKING.items()}
        return {
            rule
            for rule, match in found.items()
            if match and _plain(match.groupdict().get("name") or "") not in made
        }

    def subject(self) -> str | None:
        """The table, or what else it changes; None where that is not to be seen."""
        for pattern in (SUBJECT, *BREAKING.values()):
            if (match := pattern.match(self.text)) and match.groupdict().get("name"):
                return _plain(match["name"])
        return None


def excuses_of_locks(sql: str, rules: set[str]) -> str:
    """Disable each comment that excuses other rules than these, a whole file, or has no reason."""
    kept = [m.span() for m in EXCUSE.finditer(sql) if set(_rules(m)) <= rules | IN_OWN_LISTS]
    starts = {begin for begin, _ in kept}
    return ANY_EXCUSE.sub(lambda m: m[0] if m.start() in starts else "not-excused", sql)


def statements(sql: str) -> Iterator[Statement]:
    """Split at the semicolons outside of texts and comments."""
    begin = 0
    for token in TOKEN.finditer(sql + ";"):
        if token["end"]:
            part, begin = sql[begin : token.start()], token.end()
            text = TOKEN.sub(lambda one: " " if one["comment"] else one[0], part)
            rules = frozenset(rule for m in EXCUSE.finditer(part) for rule in _rules(m))
            yield Statement(part, " ".join(text.split()).upper(), rules)


def broken_by_list(found: Sequence[Statement]) -> set[str]:
    """The rules of this module that these statements of one migration break."""
    made = {_plain(match["name"]) for one in found if (match := TABLE.match(one.text))}
    broken = {rule for one in found for rule in one.broken(made)}
    for one in found:
        locks = {rule for rule, pattern in BLOCKING.items() if pattern.match(one.text)}
        broken |= locks - one.excused
    return broken | _validated_at_once(found) | _not_again(found) | _under_lock(found)


def _validated_at_once(found: Sequence[Statement]) -> set[str]:
    added: set[str] = set()
    for one in found:
        if one.text.startswith(("BEGIN", "COMMIT")):
            added.clear()
        added.update(re.findall(r"ADD CONSTRAINT (\S+)", one.text))
        validated = set(re.findall(r"VALIDATE CONSTRAINT ([^\s,]+)", one.text))
        if validated & added and VALIDATED_AT_ONCE not in one.excused:
            return {VALIDATED_AT_ONCE}
    return set()


def _not_again(found: Sequence[Statement]) -> set[str]:
    removed: set[str] = set()
    is_built, is_alone = False, True
    for one in found:
        if match := re.match(r"DROP INDEX CONCURRENTLY IF EXISTS (\S+)$", one.text):
            removed.add(match[1])
        elif match := re.match(r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\S+)", one.text):
            is_built, is_alone = True, is_alone and match[1] in removed
        elif one.text and not one.text.startswith(("BEGIN", "COMMIT")):
            is_alone = False
    return {NOT_AGAIN} if is_built and not is_alone else set()


def _under_lock(found: Sequence[Statement]) -> set[str]:
    altered: set[str] = set()
    for one in found:
        if match := re.match(r"ALTER TABLE " + NAME, one.text):
            altered.add(_plain(match["name"]))
        changed = re.match(r"(?:UPDATE|DELETE FROM) " + NAME, one.text)
        if changed and _plain(changed["name"]) in altered and UNDER_LOCK not in one.excused:
            return {UNDER_LOCK}
    return set()


def _rules(excuse: re.Match[str]) -> list[str]:
    return re.split(r"\s*,\s*", excuse["rules"])


def _plain(name: str) -> str:
    return name.replace('"', "").removeprefix("PUBLIC.").lower()
