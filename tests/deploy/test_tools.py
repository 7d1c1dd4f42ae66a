"""Tests by the tools that know the formats."""

import json
from pathlib import Path

import pytest

from services.suite import SUITE
from tests.deploy import BASE, COMPOSE, DEPLOY, ROOT, tool

YAMLLINT = {
    "extends": "default",
    "rules": {
        "document-start": "disable",
        "line-length": {"max": 140},
        "comments": {"min-spaces-from-content": 1},
    },
}


def test_the_compose_file_is_one() -> None:
    tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_the_image_is_built_as_it_should() -> None:
    tool("hadolint", DEPLOY / "Dockerfile")


def test_every_yaml_file_is_tidy() -> None:
    config = json.dumps(YAMLLINT)

    tool(
        "yamllint",
        "--strict",
        "--config-data",
        config,
        COMPOSE,
        DEPLOY,
        ROOT / ".pre-commit-config.yaml",
    )


def test_every_shell_script_is_sound() -> None:
    tool("shellcheck", *DEPLOY.rglob("*.sh"))


@pytest.mark.parametrize(
    "name", [*(f"{service}.yaml" for service in SUITE), "migrate.yaml", "network.yaml"]
)
def test_kubernetes_knows_every_field_of_the_base(name: str) -> None:
    tool("kubernetes-validate", "--strict", "--quiet", BASE / name)


def test_kubernetes_knows_every_field_of_what_is_applied(tmp_path: Path) -> None:
    built = tmp_path / "built.yaml"
    built.write_text(tool("kubectl", "kustomize", DEPLOY / "kubernetes" / "example"))

    tool("kubernetes-validate", "--strict", "--quiet", built)


def test_prometheus_takes_its_configuration() -> None:
    tool("promtool", "check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_every_alert_rings_when_it_should() -> None:
    tool("promtool", "test", "rules", DEPLOY / "prometheus" / "rules_test.yml")


def test_alertmanager_takes_its_configuration() -> None:
    tool("amtool", "check-config", DEPLOY / "alertmanager" / "alertmanager.yml")
