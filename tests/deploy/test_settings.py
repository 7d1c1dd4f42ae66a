"""Tests that containers get settings a service runs with, and no more rights than it needs."""

import re
import subprocess
from typing import Any

import pytest
from click.testing import CliRunner

from services.__main__ import atelier
from services.suite import SUITE
from shared.config import (
    DEVELOPMENT_KEY,
    Settings,
    host_and_port,
    read_settings,
    settings,
    variables,
)
from tests.deploy import BASE, COMPOSE, DEPLOY, compose, documents

MAKES_OR_CHECKS_LINKS = ("booking", "waitlist", "notify", "loyalty", "ranking", "events")
HAVE_PAGES = ("booking", "waitlist", "notify", "loyalty", "ranking", "events")
OURS = [name for name, one in compose()["services"].items() if "build" in one]


def new_env() -> dict[str, str]:
    """Make a .env as an operator does."""
    script = ["sh", str(DEPLOY / "new-env.sh")]
    printed = subprocess.run(script, capture_output=True, text=True, check=True, timeout=20).stdout
    lines = [line for line in printed.splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def given(name: str, env: dict[str, str]) -> dict[str, str]:
    """Give the environment of a compose service, with what .env says filled in."""
    declared = compose()["services"][name].get("environment", {})

    def fill(match: re.Match[str]) -> str:
        return env[match[1]]

    # A name without a value is what .env says, and nothing where it says nothing.
    said = {key: env.get(key) if value is None else value for key, value in declared.items()}
    return {
        key: re.sub(r"\$\{(\w+):\?[^}]*\}", fill, str(value))
        for key, value in said.items()
        if value is not None
    }


@pytest.mark.parametrize("service", [*SUITE, "migrate", "operator"])
def test_a_container_starts_with_the_settings_of_a_new_env(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given(service, new_env()).items():
        monkeypatch.setenv(name, value)

    chosen = read_settings()

    assert not chosen.embedded
    if service in SUITE:
        assert chosen.database_url(service).endswith(f"@postgres/atelier_{service}")
        assert chosen.bus_url.startswith(f"amqp://atelier_{service}:")
    if service in MAKES_OR_CHECKS_LINKS:
        assert DEVELOPMENT_KEY not in chosen.link_keys


@pytest.mark.parametrize("service", SUITE)
def test_a_container_is_not_turned_away_for_a_key_it_has_no_use_for(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens there: what the container says is that, and not that it lacks a key.
    nowhere = {"ATELIER_DB_URL": "postgresql://atelier:none@127.0.0.1:1/none"}
    for name, value in (given(service, new_env()) | nowhere).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()

    said = CliRunner().invoke(atelier, ["run", service]).output

    settings.cache_clear()
    assert "ATELIER_LINK_KEYS" not in said
    assert "refused" in said


def test_every_setting_of_the_suite_can_be_made_in_env() -> None:
    image = set(re.findall(r"ATELIER_\w+(?==)", (DEPLOY / "Dockerfile").read_text()))
    inside = {"ATELIER_BUS_URL", "ATELIER_DB_URL", "ATELIER_ENVIRONMENT", "ATELIER_FAILPOINTS"}
    inside |= {f"ATELIER_DB_URL_{service.upper()}" for service in SUITE}
    passed: set[str] = set()
    for service in SUITE:
        passed |= compose()["services"][service]["environment"].keys()

    assert {f"ATELIER_{name.upper()}" for name in variables()} - image - inside <= passed


@pytest.mark.parametrize("service", SUITE)
def test_every_service_hears_who_the_studio_is(service: str) -> None:
    env = new_env() | {"ATELIER_STUDIO_NAME": "Ginnastica Aurora", "ATELIER_CURRENCY": "chf"}

    chosen = given(service, env)

    assert chosen["ATELIER_STUDIO_NAME"] == "Ginnastica Aurora"
    assert chosen["ATELIER_CURRENCY"] == "chf"
    assert chosen["ATELIER_MAIL_FROM"] == env["ATELIER_MAIL_FROM"]


@pytest.mark.parametrize("service", SUITE)
def test_who_takes_cards_knows_the_account_and_reaches_it(service: str) -> None:
    takes = service in {"booking", "events"}
    chosen = given(service, new_env() | {"ATELIER_STRIPE_KEY": "rk_of_the_account"})
    policies = {one["metadata"]["name"]: one["spec"] for one in documents(BASE / "network.yaml")}
    reaching = policies["stripe"]["podSelector"]["matchExpressions"][0]["values"]

    assert ("ATELIER_STRIPE_KEY" in chosen) is takes
    assert (service in reaching) is takes
    assert policies["stripe"]["egress"] == [{"ports": [{"port": 443}]}]


@pytest.mark.parametrize("service", SUITE)
def test_a_service_knows_no_password_but_its_own(service: str) -> None:
    text = str(compose()["services"][service]["environment"])

    assert set(re.findall(r"(\w+)_PASSWORD", text)) == {service.upper()}


def test_no_secret_has_a_default() -> None:
    text = COMPOSE.read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEYS|SMTP_URL)\w*)(:?.)", text)

    assert len(secrets) > 10
    assert {mark for _, mark in secrets} == {":?"}


def test_every_container_is_hardened() -> None:
    for name, one in compose()["services"].items():
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["read_only"] is True, name
        assert one["mem_limit"], name
        assert one["pids_limit"], name
        assert not one.get("privileged"), name
        assert "cap_add" not in one, name


def test_only_pages_are_reached_beyond_this_host_and_only_if_told_so() -> None:
    for name, one in compose()["services"].items():
        own = f"${{{name.upper()}_PORT:-127.0.0.1:" if name in HAVE_PAGES else "127.0.0.1:"
        for port in one.get("ports", []):
            assert port.startswith(("127.0.0.1:", own)), name


@pytest.mark.parametrize("service", HAVE_PAGES)
def test_pages_are_served_where_they_are_looked_for(service: str) -> None:
    port = host_and_port(getattr(Settings(), f"{service}_web"))[1]
    image = (DEPLOY / "Dockerfile").read_text()
    named = {
        one["name"]: one
        for one in resource(service, "Deployment")["spec"]["template"]["spec"]["containers"][0][
            "ports"
        ]
    }
    policies = {one["metadata"]["name"]: one for one in documents(BASE / "network.yaml")}

    assert f"ATELIER_{service.upper()}_WEB=0.0.0.0:{port}" in image
    assert str(port) in re.findall(r"^EXPOSE (.*)$", image, re.MULTILINE)[0].split()
    assert [one.rsplit(":", 1)[1] for one in compose()["services"][service]["ports"]] == [str(port)]
    assert named["web"]["containerPort"] == port
    assert policies[f"{service}-pages"]["spec"]["ingress"][0]["ports"] == [{"port": port}]


def test_the_servers_are_on_the_inner_network_alone() -> None:
    assert compose()["networks"]["inside"]["internal"] is True
    for name in ("postgres", "rabbitmq"):
        assert compose()["services"][name]["networks"] == ["inside"], name


def test_a_service_is_given_longer_to_stop_than_it_takes() -> None:
    takes = Settings().stop_seconds
    pods = documents(BASE / "every-service.yaml")[0]["spec"]["template"]["spec"]

    for service in SUITE:
        assert int(compose()["services"][service]["stop_grace_period"].rstrip("s")) >= takes + 10
    assert pods["terminationGracePeriodSeconds"] >= takes + 5 + 10  # 5: the pages' preStop


def test_services_start_after_the_migration_and_the_migration_after_the_roles() -> None:
    services = compose()["services"]

    for service in SUITE:
        assert services[service]["depends_on"]["migrate"]["condition"].endswith(
            "completed_successfully"
        )
    assert services["migrate"]["command"] == ["migrate", "--create-databases"]
    assert services["migrate"]["depends_on"].keys() == {"roles", "rabbitmq"}
    assert services["rabbitmq"]["depends_on"].keys() == {"users"}


# -- kubernetes ---------------------------------------------------------------------------------


def resource(service: str, kind: str) -> Any:
    """Give a service's resource of a kind."""
    return next(one for one in documents(BASE / f"{service}.yaml") if one["kind"] == kind)


@pytest.mark.parametrize("service", SUITE)
def test_a_deployment_runs_its_service_with_its_own_secret(service: str) -> None:
    spec = resource(service, "Deployment")["spec"]
    container = spec["template"]["spec"]["containers"][0]
    secrets = {one["secretRef"]["name"] for one in container["envFrom"] if "secretRef" in one}
    links = {"atelier-links"} if service in MAKES_OR_CHECKS_LINKS else set()

    assert container["args"] == ["run", service]
    assert secrets == {f"atelier-{service}"} | links
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == labels
    assert resource(service, "Service")["spec"]["selector"] == labels
    assert resource(service, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels


def test_the_config_map_is_one_the_services_take(monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (BASE, BASE.parent / "example"):
        for literal in documents(path / "kustomization.yaml")[0]["configMapGenerator"][0][
            "literals"
        ]:
            name, _, value = literal.partition("=")
            monkeypatch.setenv(name, value)

    read_settings()


def test_links_of_the_example_lead_to_where_its_pages_are() -> None:
    example = BASE.parent / "example"
    literals = documents(example / "kustomization.yaml")[0]["configMapGenerator"][0]["literals"]
    named = dict(one.split("=", 1) for one in literals)
    hosts = {
        f"ATELIER_{one['metadata']['name'].upper()}_URL": f"https://{one['spec']['rules'][0]['host']}"
        for one in documents(example / "ingress.yaml")
    }

    assert {name: named.get(name) for name in hosts} == hosts


def test_kubernetes_adds_no_variable_that_would_stop_a_service() -> None:
    pod = documents(BASE / "every-pod.yaml")[0]["spec"]["template"]["spec"]

    assert pod["enableServiceLinks"] is False


def test_every_pod_is_hardened() -> None:
    pod = documents(BASE / "every-pod.yaml")[0]["spec"]["template"]["spec"]
    targets = [
        one["target"]["kind"]
        for one in documents(BASE / "kustomization.yaml")[0]["patches"]
        if one["path"] == "every-pod.yaml"
    ]

    assert targets == ["Deployment", "Job"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_pods_are_probed_where_the_image_listens() -> None:
    image = (DEPLOY / "Dockerfile").read_text()
    container = documents(BASE / "every-service.yaml")[0]["spec"]["template"]["spec"]["containers"][
        0
    ]
    port = container["ports"][0]

    assert f"ATELIER_OPS_WEB=0.0.0.0:{port['containerPort']}" in image
    for probe, path in {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }.items():
        assert container[probe]["httpGet"] == {"path": path, "port": port["name"]}


def test_the_image_checks_hashes_and_runs_as_nobody_in_particular() -> None:
    image = (DEPLOY / "Dockerfile").read_text()
    user = documents(BASE / "every-pod.yaml")[0]["spec"]["template"]["spec"]["securityContext"]

    assert "--require-hashes" in image
    assert f"\nUSER {user['runAsUser']}:{user['runAsGroup']}\n" in image
    assert '\nENTRYPOINT ["atelier"]\n' in image
