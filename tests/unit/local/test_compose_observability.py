"""The containers of the profile observability fit the files that they mount, and one another."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from infra.local.settings import ROOT
from infra.observability.grafana import FOLDER, dashboards
from infra.observability.prometheus_rules import FOLDER as PROMETHEUS

LOCAL = ROOT / "infra" / "local"
COMPOSE: Any = yaml.safe_load((LOCAL / "compose-observability.yaml").read_text("utf-8"))
SERVICES = sorted(COMPOSE["services"])


def mounts(service: str) -> dict[str, str]:
    """The files and folders of the project that a container sees, by its own paths."""
    found = (volume.split(":") for volume in COMPOSE["services"][service]["volumes"])
    return {where: source for source, where, *_ in found if source.startswith(".")}


def ports_of(service: str) -> list[str]:
    """The addresses that a container listens on, as its settings say."""
    about = COMPOSE["services"][service]
    if service == "grafana":
        settings = about["environment"]
        return [f"{settings['GF_SERVER_HTTP_ADDR']}:{settings['GF_SERVER_HTTP_PORT']}"]
    flags = [flag.partition("=")[2] for flag in about.get("command", ()) if "listen" in flag]
    return flags or [port.rpartition(":")[0] for port in about["ports"]]


def test_the_main_file_has_the_profile_too() -> None:
    whole = yaml.safe_load((LOCAL / "compose.yaml").read_text("utf-8"))
    assert whole["include"] == ["compose-observability.yaml"]
    assert whole["name"] == COMPOSE["name"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_starts_with_the_profile_alone(service: str) -> None:
    assert COMPOSE["services"][service]["profiles"] == ["observability"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_listens_on_loopback(service: str) -> None:
    assert ports_of(service)
    assert {port.partition(":")[0] for port in ports_of(service)} == {"127.0.0.1"}


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_container_mounts_exists(service: str) -> None:
    for source in mounts(service).values():
        assert (LOCAL / source).exists(), source


def test_prometheus_reads_the_rules_and_the_token_where_its_configuration_says() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))
    (scrape,) = config["scrape_configs"]
    (secret,) = COMPOSE["services"]["prometheus"]["secrets"]
    assert secret["target"] == f"/etc/prometheus/{scrape['authorization']['credentials_file']}"
    for rules in config["rule_files"]:
        assert f"/etc/prometheus/{rules}" in mounts("prometheus")


def test_grafana_reads_the_servers_of_this_file() -> None:
    sources = yaml.safe_load((LOCAL / "grafana" / "datasources" / "mara.yaml").read_text("utf-8"))
    read = {one["type"]: urlsplit(one["url"]).netloc for one in sources["datasources"]}
    assert read == {"prometheus": ports_of("prometheus")[0], "loki": ports_of("loki")[0]}


def test_grafana_shows_the_generated_dashboards() -> None:
    about = yaml.safe_load((LOCAL / "grafana" / "dashboards" / "mara.yaml").read_text("utf-8"))
    (provider,) = about["providers"]
    folder = (LOCAL / mounts("grafana")[provider["options"]["path"]]).resolve()
    assert folder == FOLDER.resolve()
    home = COMPOSE["services"]["grafana"]["environment"][
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"
    ]
    assert home.rpartition("/")[2] in dashboards()
