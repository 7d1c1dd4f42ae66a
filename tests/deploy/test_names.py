"""Tests that deploy/ names what is there: metrics, settings, services, alerts."""

import json
import re
from collections.abc import Mapping

from services.suite import SUITE
from shared.config import variables
from shared.metrics import REGISTRY
from tests.deploy import BASE, COMPOSE, DEPLOY, compose, documents, files

RULES = DEPLOY / "prometheus" / "rules.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "atelier.json"
METRIC = re.compile(r"(?<![:\w])atelier_[a-z_]+(?=[{\[\s)]|$)(?:\{([^}]*)\})?", re.MULTILINE)
RECORDED = re.compile(r"\b(?:service|atelier):[a-z_]+:\w+")
SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}
PROMETHEUS_OWN = {"le", "instance", "job"}


def real_metrics() -> Mapping[str, tuple[str, set[str]]]:
    """Give the help and the labels of every series there can be."""
    found = {}
    for metric in REGISTRY.collect():
        # The library has no public way to ask a metric without samples for its labels.
        labels = set(getattr(REGISTRY._names_to_collectors[metric.name], "_labelnames"))  # noqa: SLF001,B009
        for suffix in SUFFIXES[metric.type]:
            found[metric.name + suffix] = (metric.documentation, labels)
    return found


def expressions() -> list[str]:
    """List every expression of the rules, their tests and the dashboard."""
    rules = [rule["expr"] for group in documents(RULES)[0]["groups"] for rule in group["rules"]]
    tests = documents(RULES.with_name("rules_test.yml"))[0]["tests"]
    series = [one["series"] for test in tests for one in test["input_series"]]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [*rules, *series, *(t["expr"] for p in panels for t in p.get("targets", []))]


def alerts() -> set[str]:
    """Name the alerts."""
    groups = documents(RULES)[0]["groups"]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def test_every_metric_that_is_asked_for_exists_with_its_labels() -> None:
    real, seen = real_metrics(), set()

    for expression in expressions():
        for match in METRIC.finditer(expression):
            name = match[0].partition("{")[0]
            assert name in real, expression
            text, labels = real[name]
            seen.add(name)
            for label, value in re.findall(r'(\w+)\s*=~?\s*"([^"]*)"', match[1] or ""):
                assert label in labels | PROMETHEUS_OWN, expression
                if label in {"outcome", "state", "direction"}:
                    assert all(word in text for word in value.split("|")), expression
    assert len(seen) >= 12  # the expression above finds them at all


def test_labels_that_are_grouped_by_exist() -> None:
    labels = PROMETHEUS_OWN.union(*(labels for _, labels in real_metrics().values()))

    for expression in expressions():
        for listed in re.findall(r"\bby \(([^)]*)\)", expression):
            assert {label.strip() for label in listed.split(",")} <= labels, expression


def test_every_recorded_series_that_is_used_is_recorded() -> None:
    groups = documents(RULES)[0]["groups"]
    recorded = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}

    used = {name for expression in expressions() for name in RECORDED.findall(expression)}

    assert used == recorded


def test_every_alert_is_tested_ringing_and_has_its_page_in_the_runbook() -> None:
    tests = documents(RULES.with_name("rules_test.yml"))[0]["tests"]
    rung = {
        one["alertname"] for test in tests for one in test["alert_rule_test"] if one["exp_alerts"]
    }
    headings = set(
        re.findall(r"^### (Atelier\w+)$", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    )

    assert rung == headings == alerts()


def test_every_setting_that_is_named_exists() -> None:
    known = {f"ATELIER_{name.upper()}" for name in variables()}
    named = {
        (path.name, variable)
        for path in files()
        for variable in re.findall(r"\bATELIER_[A-Z_]+[A-Z]", path.read_text())
    }

    assert {(name, variable) for name, variable in named if variable not in known} == set()
    assert len(named) > 20


def test_every_service_is_run_watched_and_let_in() -> None:
    names = set(SUITE)
    services = compose()["services"]
    runs = {one["command"][1] for one in services.values() if one.get("command", "")[:1] == ["run"]}
    base = documents(BASE / "kustomization.yaml")[0]["resources"]
    rules = RULES.read_text()
    missing = set(re.findall(r'absent\(atelier_bus_connected\{service="(\w+)"\}\)', rules))
    config = documents(RULES.with_name("prometheus.yml"))[0]["scrape_configs"][0]
    passwords = set(re.findall(r"^  ([A-Z]+)_PASSWORD:", COMPOSE.read_text(), re.MULTILINE))

    assert runs == names
    assert set(compose()["x-access"]["SERVICES"].split()) == names
    assert passwords == {name.upper() for name in [*names, "owner", "caller"]}
    assert {f"{name}.yaml" for name in names} <= set(base)
    assert set(config["dns_sd_configs"][0]["names"]) == names
    assert missing == names


def test_the_dashboard_has_no_panel_twice_or_beside_the_page() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]
    source = documents(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")[0]
    uid = source["datasources"][0]["uid"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["type"] == "row" or panel["datasource"]["uid"] == uid
        assert panel["type"] == "row" or (panel["targets"] and panel["description"])
