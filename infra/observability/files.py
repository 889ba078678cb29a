"""All files that are made of the description."""

from collections.abc import Mapping
from pathlib import Path

from infra.local.settings import ROOT
from infra.observability import alarms, grafana, prometheus_rules
from infra.observability.kinds import KINDS


def contents() -> Mapping[Path, str]:
    """Return the text of each file."""
    folder = prometheus_rules.FOLDER
    return {
        alarms.TARGET: alarms.render(),
        folder / "rules.yml": prometheus_rules.written(prometheus_rules.rules()),
        folder / "rules_test.yml": prometheus_rules.written(prometheus_rules.tests(KINDS)),
        **{
            grafana.FOLDER / name: grafana.written(dashboard)
            for name, dashboard in grafana.dashboards().items()
        },
    }


def write() -> str:
    """Write the files; return their names."""
    for path, text in contents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return " ".join(str(path.relative_to(ROOT)) for path in contents())
