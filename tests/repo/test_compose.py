"""docker-compose.yml and the files it names (there is no Docker here to run it)."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.demo import DATABASE, MALLS, ODOO_PORT
from tools.paths import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def test_services_and_official_images():
    assert set(SERVICES) == {"db", "malls", "demo", "odoo"}
    assert SERVICES["odoo"]["image"] == SERVICES["demo"]["image"] == "odoo:19.0"
    assert re.fullmatch(r"postgres:\d+", SERVICES["db"]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared_and_mounted_files_exist(name):
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists(), source
        else:
            assert source in COMPOSE["volumes"], source


@pytest.mark.parametrize("name", SERVICES)
def test_dependencies_exist_and_can_be_waited_for(name):
    depends = SERVICES[name].get("depends_on", {})
    for other, wish in depends.items():
        assert other in SERVICES
        if wish["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
    network = SERVICES[name].get("network_mode", "")
    if network:
        assert network.removeprefix("service:") in SERVICES
        assert "ports" not in SERVICES[name], "ports belong to the service that owns the network"


def test_ports_reach_odoo_and_every_mall():
    ports = {tuple(map(int, port.split(":")[1:])) for port in SERVICES["malls"]["ports"]}
    assert (ODOO_PORT, 8069) in ports
    for mall in MALLS:
        assert (mall.port, mall.port + 10000) in ports


def test_commands_name_files_of_the_repository():
    for service in SERVICES.values():
        for word in service.get("command", []):
            if word.startswith("/repo/"):
                assert (ROOT / word.removeprefix("/repo/")).exists(), word
    assert f"-d {DATABASE}" in " ".join(SERVICES["odoo"]["command"])
    assert (ROOT / SERVICES["malls"]["build"]["dockerfile"]).exists()


def test_dockerfile_copies_existing_folders():
    text = (ROOT / SERVICES["malls"]["build"]["dockerfile"]).read_text()
    for line in text.splitlines():
        if line.startswith("COPY "):
            assert (ROOT / line.split()[1]).exists(), line
    assert re.search(r"^FROM python:3\.11", text, re.M)


def test_scripts_of_the_containers_parse():
    for script in sorted((ROOT / "docker").glob("*.sh")):
        subprocess.run(["bash", "-n", str(script)], check=True)
    for script in sorted((ROOT / "docker").glob("*.py")):
        ast.parse(script.read_text())


def test_database_name_is_the_same_in_script_and_service():
    script = Path(ROOT / "docker/demo.sh").read_text()
    assert f"database={DATABASE}\n" in script
