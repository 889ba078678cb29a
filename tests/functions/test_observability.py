"""What is made of the description: rules that fire and do not, dashboards, and their files."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.settings import ROOT
from infra.observability import grafana, prometheus_rules
from infra.observability.alert_kind import Area
from infra.observability.files import contents
from infra.observability.kinds import KINDS
from infra.observability.panels import PANELS
from mara.queues.model.known_schedules import SCHEDULES
from tests.support.cloud import storage_and_queues
from tests.support.known_metrics import scraped_names
from tests.support.prometheus import promtool

RULES = prometheus_rules.FOLDER / "rules.yml"
NAME = re.compile(r"\b(?:mara_\w+|up)\b")
OF_PROMETHEUS = {"up"}
UNITS = {"short", "s", "percentunit", "reqps"}


@pytest.fixture(scope="module")
def scraped() -> Iterator[set[str]]:
    from tests.support.environment import clear_caches, set_environment

    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch)
        clear_caches()
        with storage_and_queues():
            yield scraped_names() | OF_PROMETHEUS
        clear_caches()


def expressions() -> list[str]:
    ruled = [kind.condition for kind in KINDS if kind.condition]
    return ruled + [expression for panel in PANELS for _, expression in panel.queries]


class TestFiles:
    def test_are_what_the_description_says(self) -> None:
        for path, text in contents().items():
            said = f"{path.relative_to(ROOT)}: run .venv/bin/mara alarms"
            assert path.read_text("utf-8") == text, said

    def test_are_all_made_of_it(self) -> None:
        made = set(contents())
        assert {path for path in grafana.FOLDER.iterdir() if path not in made} == set()


class TestExpressions:
    def test_read_only_what_a_scrape_has(self, scraped: set[str]) -> None:
        for expression in expressions():
            assert set(NAME.findall(expression)) <= scraped, expression

    def test_are_valid(self, tmp_path: Path) -> None:
        rules = [
            {"record": f"panel:{number}", "expr": text.replace("$__rate_interval", "5m")}
            for number, text in enumerate(expressions())
        ]
        path = tmp_path / "panels.yml"
        path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
        status, said = promtool("check", "rules", path)
        assert status == 0, said
        assert f"{len(rules)} rules found" in said


class TestRules:
    def test_are_valid(self) -> None:
        status, said = promtool("check", "rules", RULES)
        assert status == 0, said

    def test_fire_on_faults_and_never_on_a_platform_that_works(self) -> None:
        status, said = promtool("test", "rules", prometheus_rules.FOLDER / "rules_test.yml")
        assert status == 0, said

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_know_each_schedule_by_its_own_period(self, name: str, tmp_path: Path) -> None:
        """It is late five minutes after the limit, and not within it."""
        (kind,) = [one for one in KINDS if one.name == "schedule-late"]
        minutes = int(SCHEDULES[name].late_after.total_seconds() / 60)
        kind = replace(
            kind,
            fires=(
                (f'mara_schedule_done_age_seconds{{schedule="{name}"}}', f"0+60x{minutes + 9}"),
            ),
            labels={"schedule": name},
            at=minutes + 6,
        )
        tests = prometheus_rules.tests([kind])
        tests["tests"][0]["alert_rule_test"].append(
            {"eval_time": f"{minutes}m", "alertname": kind.alert}
        )
        (tmp_path / "rules.yml").write_text(RULES.read_text("utf-8"))
        (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
        status, said = promtool("test", "rules", tmp_path / "tests.yml")
        assert status == 0, said

    def test_each_have_samples_on_which_they_fire(self) -> None:
        assert [kind.name for kind in KINDS if kind.condition and not kind.fires] == []

    def test_are_not_silent_where_their_threshold_is_never_reached(self, tmp_path: Path) -> None:
        """The check of the check: promtool finds a rule that does not fire."""
        rules = RULES.read_text("utf-8").replace(
            "(sum(mara_ledger_differences)) > 0", "vector(0) > 0"
        )
        assert rules != RULES.read_text("utf-8")
        (tmp_path / "rules.yml").write_text(rules)
        tests = (prometheus_rules.FOLDER / "rules_test.yml").read_text("utf-8")
        (tmp_path / "rules_test.yml").write_text(tests)
        status, said = promtool("test", "rules", tmp_path / "rules_test.yml")
        assert status != 0
        assert "LedgerDiffers" in said

    def test_are_scraped_by_a_valid_configuration(self, tmp_path: Path) -> None:
        for name in ("prometheus.yml", "rules.yml"):
            (tmp_path / name).write_text((prometheus_rules.FOLDER / name).read_text("utf-8"))
        (tmp_path / "mara-scrape-token").write_text("token")
        status, said = promtool("check", "config", tmp_path / "prometheus.yml")
        assert status == 0, said


class TestDashboards:
    @pytest.fixture(params=sorted(grafana.dashboards()))
    def dashboard(self, request: pytest.FixtureRequest) -> Any:
        return json.loads((grafana.FOLDER / request.param).read_text("utf-8"))

    def test_are_one_of_each_area_and_an_overview(self) -> None:
        assert set(grafana.dashboards()) == {"overview.json", *(f"{area}.json" for area in Area)}

    def test_have_what_grafana_needs(self, dashboard: Any) -> None:
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", dashboard["uid"])
        assert dashboard["title"]
        assert dashboard["schemaVersion"] == grafana.SCHEMA_VERSION
        (variable,) = dashboard["templating"]["list"]
        assert (variable["type"], variable["query"]) == ("datasource", "prometheus")
        assert {"from", "to"} <= set(dashboard["time"])

    def test_have_panels_that_do_not_overlap(self, dashboard: Any) -> None:
        panels = dashboard["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels) > 0
        cells: set[tuple[int, int]] = set()
        for panel in panels:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= grafana.COLUMNS
            taken = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken
            cells |= taken

    def test_have_targets_of_the_chosen_source(self, dashboard: Any) -> None:
        for panel in dashboard["panels"]:
            assert (panel["type"], panel["datasource"]["uid"]) == ("timeseries", "${source}")
            assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
            targets = panel["targets"]
            assert len({target["refId"] for target in targets}) == len(targets) > 0
            assert all(target["expr"] and target["legendFormat"] for target in targets)
