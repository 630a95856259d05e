"""Prometheus's rules and Grafana's dashboards ask for figures that exist, of services that exist."""

import json
import re
from typing import Any

import promql_parser as promql
import pytest
import yaml
from django.urls import get_resolver
from django_prometheus.middleware import Metrics
from prometheus_client import REGISTRY

from tests.factories import SOME_DAY, a_trace
from tests.operations import compose
from tests.operations.processes import PROJECT
from tracing.metrics import LANGFUSE_SECONDS
from tracing.models import Breaker, OutboxEntry
from tracing.outbox_metrics import OutboxCollector

DEPLOY = PROJECT / "deploy"
RULES = yaml.safe_load((DEPLOY / "rules.yml").read_text())
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
DATASOURCE = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
DASHBOARDS = {path.name: json.loads(path.read_text()) for path in (DEPLOY / "grafana/dashboards").glob("*.json")}
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
SERVICES = compose.filled(compose.an_environment())["services"]
OF_PROMETHEUS = {"up": {"job", "instance"}}
OF_TARGETS = {"job", "instance"}  # labels that Prometheus adds

Figures = dict[str, set[str]]


@pytest.fixture
def figures(db) -> Figures:
    """Each sample that /metrics may show, with its labels."""
    _ = get_resolver().url_patterns, Metrics.get_instance(), LANGFUSE_SECONDS  # what registers figures is imported
    OutboxEntry.objects.create(kind="spans", trace=a_trace(), body=b"", due_at=SOME_DAY)
    Breaker.objects.load()
    Breaker.objects.succeeded()
    known = {name: set(labels) for name, labels in OF_PROMETHEUS.items()}
    for collector, names in REGISTRY._collector_to_names.items():
        labels = {*getattr(collector, "_labelnames", ())}
        known |= {name: labels | ({"le"} if name.endswith("_bucket") else set()) for name in names}
    for family in OutboxCollector().collect():
        known |= {sample.name: set(sample.labels) for sample in family.samples}
    return known


def selectors(expression: str) -> tuple[Figures, set[str]]:
    """The metrics of an expression with the labels that pick and group them, and all labels by which it groups."""
    asked: Figures = {}
    grouped: set[str] = set()

    def visit(node: Any, by: set[str]) -> None:
        if isinstance(node, promql.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql.VectorSelector):
            asked.setdefault(str(node.name), set()).update(by, (matcher.name for matcher in node.matchers.matchers))
            return
        if isinstance(node, promql.AggregateExpr) and node.modifier:
            by = by | set(node.modifier.labels)
            grouped.update(by)
        parts = [getattr(node, part, None) for part in ("lhs", "rhs", "expr", "param")]
        for inner in [*parts, *getattr(node, "args", ())]:
            if inner is not None:
                visit(inner, by)

    visit(promql.parse(expression.replace("$__rate_interval", "5m")), set())
    return asked, grouped


def expressions() -> list[tuple[str, str, str]]:
    panels = [(name, panel) for name, board in DASHBOARDS.items() for panel in board["panels"]]
    shown = [
        (f"{name}: {panel['title']}", target["expr"], target["legendFormat"])
        for name, panel in panels
        for target in panel["targets"]
    ]
    told = [(rule["alert"], rule["expr"], " ".join(rule["annotations"].values())) for rule in ALERTS]
    return [*shown, *told]


@pytest.mark.parametrize(("name", "expression", "words"), expressions(), ids=lambda value: str(value)[:40])
def test_it_asks_for_figures_that_exist_by_labels_that_they_have(figures, name, expression, words):
    asked, grouped = selectors(expression)
    assert asked
    for metric, labels in asked.items():
        assert metric in figures, metric
        assert labels <= figures[metric] | OF_TARGETS, metric
    shown = set(re.findall(r"\{\{ ?\$?(?:labels\.)?(\w+)", words)) - {"value"}
    assert shown <= grouped | OF_TARGETS, "a label that the result has not"


@pytest.mark.parametrize("state", ["waiting", "sent", "set_aside"])
def test_states_of_the_outbox_are_spelt_as_the_figures_spell_them(db, state):
    assert state in {sample.labels.get("state") for family in OutboxCollector().collect() for sample in family.samples}


def test_alerts_say_what_happened_and_what_to_do():
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))
    for rule in ALERTS:
        assert set(rule) <= {"alert", "expr", "for", "keep_firing_for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert set(rule["annotations"]) == {"summary", "action", "docs"}
        page, _, section = rule["annotations"]["docs"].partition("#")
        headings = re.findall(r"^#+ (.*)$", (PROJECT / page).read_text(), re.MULTILINE)
        assert section in {re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-")) for heading in headings}, section
        if "for" in rule:
            promql.parse_duration(rule["for"])


def test_prometheus_reads_what_is_mounted_and_asks_services_that_listen():
    mounted = {volume.split(":")[1] for volume in SERVICES["prometheus"]["volumes"]}
    assert set(PROMETHEUS["rule_files"]) <= mounted
    web, worker = PROMETHEUS["scrape_configs"]
    assert web["authorization"]["credentials_file"] in " ".join(SERVICES["prometheus"]["entrypoint"])
    assert web["static_configs"][0]["targets"] == ["web:8000"]
    assert "web" in SERVICES["web"]["environment"]["ALLOWED_HOSTS"].split(",")
    port = SERVICES["worker"]["environment"]["WORKER_METRICS_PORT"]
    assert worker["static_configs"][0]["targets"] == [f"worker:{port}"]
    jobs = {job["job_name"] for job in PROMETHEUS["scrape_configs"]}
    asked = {job for rule in ALERTS for job in re.findall(r'job="(\w+)"', rule["expr"])}
    assert asked <= jobs
    for name in ("web", "worker"):
        assert set(SERVICES[name]["networks"]) & set(SERVICES["prometheus"]["networks"])


def test_grafana_shows_dashboards_of_a_source_that_it_has():
    assert DATASOURCE["url"] == "http://prometheus:9090"
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in SERVICES["grafana"]["volumes"]}
    provider = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/shopassist.yml").read_text())["providers"][0]
    assert mounted[provider["options"]["path"]] == "./deploy/grafana/dashboards"
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.rpartition("/")[2] in DASHBOARDS
    assert len({board["uid"] for board in DASHBOARDS.values()}) == len(DASHBOARDS)
    for board in DASHBOARDS.values():
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        for panel in board["panels"]:
            of = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
            assert of == [{"type": DATASOURCE["type"], "uid": DATASOURCE["uid"]}] * len(of)
