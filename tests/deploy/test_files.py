"""The image, the composition and the units of deploy/: what they say is there, and is safe."""

import os
import re
import shlex
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tests.deploy.proxies import DEPLOY, PROJECT
from tests.ports import free_port

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
OWN_WORDS = {"serve", "wait", "alive", "daily"}
"""What deploy/start.sh does itself; all else is a command of manage.py."""


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def test_the_image_runs_nothing_that_is_not_run_without_docker_too() -> None:
    """`make test-deploy` runs the script; what else there is, makes the user."""
    runs = instructions("RUN")
    assert runs[:2] == ["deploy/install.sh packages", "deploy/install.sh static"]
    assert [run.split()[0] for run in runs[2:]] == ["useradd"]


def test_the_image_starts_as_nobody_in_particular_and_says_how_it_is() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001\n" in last and "--uid 10001" in last
    assert "ADD " not in DOCKERFILE
    assert 'ENTRYPOINT ["deploy/start.sh"]\nCMD ["serve"]' in last
    assert 'CMD ["deploy/start.sh", "alive"]' in last


def test_no_secret_and_no_database_goes_into_the_image() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    patterns = [line.removeprefix("**/") for line in ignored if line.startswith("**/")]
    for name in (".env", ".git", ".secret-key", ".venv", "db.sqlite3", "db.sqlite3-wal"):
        assert any(fnmatch(name, pattern) for pattern in patterns), name


def test_the_image_has_all_that_the_site_imports_and_shows() -> None:
    listed = subprocess.check_output(["git", "ls-files"], cwd=PROJECT, text=True).splitlines()
    top = {name.partition("/")[0] for name in listed}
    left_out = {
        line.strip("/") for line in (PROJECT / ".dockerignore").read_text().splitlines()
    } & top
    assert left_out <= {"benchmarks", "docs", "screenshots", "tests"}
    assert {"manage.py", "config", "plugins", "templates", "requirements.txt"} <= top - left_out


def words() -> list[tuple[str, list[str]]]:
    """Return what each file tells deploy/start.sh to do."""
    found = [
        (f"compose: {name}", each.get("command", [])) for name, each in site_services().items()
    ]
    for name in SERVICES:
        text = (DEPLOY / name).read_text()
        found += [(name, rest.split()) for rest in re.findall(r"deploy/start\.sh (.+)", text)]
    return found


def site_services() -> dict[str, Any]:
    return {n: each for n, each in COMPOSE["services"].items() if each["image"] == "plugins"}


@pytest.mark.parametrize(("where", "command"), words())
def test_what_is_started_exists(where: str, command: list[str]) -> None:
    word = (command or ["serve"])[0]
    assert word in OWN_WORDS or word in get_commands(), where


@pytest.mark.parametrize("name", ["install.sh", "start.sh"])
def test_the_scripts_are_sound_and_may_be_run(name: str) -> None:
    subprocess.run(["sh", "-n", str(DEPLOY / name)], check=True)
    assert (DEPLOY / name).stat().st_mode & 0o111
    # docs/deploy.md, the units and the image name no other.
    assert {path.name for path in DEPLOY.glob("*.sh")} == {"install.sh", "start.sh"}


def test_the_site_comes_after_its_database_was_migrated_once() -> None:
    services = COMPOSE["services"]
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("site", "worker"):
        waits_for = services[name]["depends_on"]["migrate"]["condition"]
        assert waits_for == "service_completed_successfully"
    assert [name for name, each in services.items() if "ports" in each] == ["https"]


def test_no_secret_stands_in_the_composition() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert text.count("${POSTGRES_PASSWORD:?") == text.count("POSTGRES_PASSWORD") - 1 == 2
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "env.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert example["SECRET_KEY"] == example["POSTGRES_PASSWORD"] == ""
    ignored = subprocess.run(["git", "check-ignore", "-q", "deploy/.env"], cwd=PROJECT)
    assert ignored.returncode == 0


@pytest.mark.parametrize("service", site_services())
def test_a_container_of_the_site_may_do_little(service: str) -> None:
    made = COMPOSE["services"][service]
    assert made["read_only"] is True and made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert made["restart"] in ("unless-stopped", "on-failure") and made["mem_limit"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_may_do_little_and_is_hardened_alike(name: str) -> None:
    text = (DEPLOY / name).read_text()
    for line in (
        "User=plugins",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "CapabilityBoundingSet=",
    ):
        assert f"\n{line}\n" in text
    assert "\nMemoryMax=" in text
    hardened = [each.partition("User=plugins")[2].partition("\n\n[")[0] for each in units(SERVICES)]
    assert hardened[0].strip() == hardened[1].strip()


def units(names: list[str]) -> list[str]:
    return [(DEPLOY / name).read_text() for name in names]


@pytest.mark.outside
def test_systemd_takes_the_units_for_right_and_their_exposure_for_small(tmp_path: Path) -> None:
    found = subprocess.run(["which", "systemd-analyze"], capture_output=True)
    if found.returncode:
        pytest.skip("There is no systemd-analyze on this machine: apt-get install systemd.")
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace("/srv/plugins", str(PROJECT))
        (tmp_path / name.replace("@", "@8000")).write_text(text)
    names = [str(path) for path in tmp_path.iterdir()]
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    for path in (name for name in names if name.endswith(".service")):
        # In tenths, of ten: 20 is 2.0.
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", path]
        judged = subprocess.run([*command, "--no-pager"], capture_output=True, text=True)
        assert judged.returncode == 0, judged.stdout[-300:]


def test_every_path_of_a_unit_is_of_the_checkout_or_its_own() -> None:
    for text in units(SERVICES):
        for line in re.findall(r"^Exec\w+=(.+)$", text, re.MULTILINE):
            for word in shlex.split(line):
                for path in re.findall(r"/srv/plugins/(\S+)", word):
                    assert (PROJECT / path).exists(), path


@pytest.mark.outside
def test_where_nobody_listens_nothing_is_alive() -> None:
    """The other half of the image's health check; tests/deploy/guide/ has the one that lives."""
    environ = {"PATH": os.environ["PATH"], "PORT": str(free_port())}
    asked = subprocess.run([str(DEPLOY / "start.sh"), "alive"], env=environ)
    assert asked.returncode != 0


GUIDE = (PROJECT / "docs/deploy.md").read_text()


def test_every_file_that_the_guide_names_is_there() -> None:
    named = set(re.findall(r"deploy/[\w@.-]+\w", GUIDE)) - {"deploy/.env"}
    assert {"deploy/nginx.conf", "deploy/Caddyfile", "deploy/plugins@.service"} <= named
    for name in named:
        assert (PROJECT / name).exists(), name


@pytest.mark.outside
def test_every_package_that_the_guide_installs_is_debians() -> None:
    named = re.findall(r"^apt-get install --yes (.+)$", GUIDE, re.MULTILINE)
    packages = [package for line in named for package in line.split()]
    assert {"nginx", "postgresql", "caddy"} <= set(packages)
    if not shutil.which("apt-cache"):
        pytest.skip("There is no apt-cache on this machine.")
    listed = subprocess.check_output(["apt-cache", "pkgnames"], text=True).split()
    if "nginx" not in listed:
        pytest.skip("This machine has no list of packages: apt-get update.")
    assert set(packages) <= set(listed)
