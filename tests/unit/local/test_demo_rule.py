"""The rule of the demo: the one of a stopped scan, with a lower limit."""

import yaml

from infra.observability.demo_rule import LIMIT_S, demo_rules, is_behind
from infra.observability.kinds.chains import STALLED_S

HEAD = "# TYPE mara_chain_lag_seconds gauge\n"


def a_scrape(lag_s: float) -> str:
    return (
        f'{HEAD}mara_chain_lag_seconds{{network="aptos"}} 4000.0\n'
        f'mara_chain_lag_seconds{{network="tron"}} {lag_s}\n'
    )


class TestDemoRule:
    def test_is_that_of_a_stopped_scan_with_a_lower_limit_and_no_waiting(self) -> None:
        (group,) = yaml.safe_load(demo_rules())["groups"]
        (rule,) = group["rules"]
        assert rule["alert"] == "ChainStalled"
        assert rule["expr"].endswith(f"> {LIMIT_S}")
        assert (rule["for"], LIMIT_S < STALLED_S) == ("0m", True)

    def test_holds_on_the_scraped_figure_of_its_network_alone(self) -> None:
        assert is_behind(a_scrape(LIMIT_S + 1))
        assert not is_behind(a_scrape(LIMIT_S - 1))
        assert not is_behind("")
