"""docs/deploy.md, followed from a checkout of its own to https, and back from an upgrade.

What installs Debian's packages, makes users and tells systemd is not done on the machine of the
tests: a unit's processes are started as the unit does, in a mount of the checkout that is read-only
where the machine lets one be made. All else is run as it stands there.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.live_site import own_database
from tests.deploy.proxies import (
    DEPLOY,
    MAIN,
    PROJECT,
    Process,
    Proxy,
    nginx,
    replaced,
    started,
    stop,
)
from tests.development_server import process_environ
from tests.ports import free_port

pytestmark = [pytest.mark.outside, pytest.mark.timeout(1800)]

GUIDE = (PROJECT / "docs/deploy.md").read_text()
NOT_HERE = (
    "adduser ",
    "apt-get ",
    "certbot ",
    "cp deploy/",
    "docker ",
    "editor ",
    "install --directory",
    "ln --symbolic",
    "nginx -t",
    "rm --force /etc/",
    "su postgres ",
)
"""What needs a machine of its own. tests/deploy/test_files.py looks at the files that it names."""


def commands(heading: str) -> list[str]:
    """Return the commands of a section, one after the other."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    return blocks.replace("\\\n", "").splitlines()


@dataclass
class Machine:
    """A folder that stands for a fresh machine."""

    folder: Path
    database_url: str
    ports: tuple[int, int]
    proxy: Proxy
    processes: dict[str, Process] = field(default_factory=dict)
    before: str = ""
    """What the shell was told that it still knows."""

    @property
    def site(self) -> Path:
        return self.folder / "checkout"

    def follow(self, heading: str) -> str:
        """Do what a section says, and return what the commands said."""
        said = ""
        for command in commands(heading):
            if command.startswith("systemctl "):
                self.systemctl(*command.split()[1:])
            elif not command.startswith(NOT_HERE):
                said += self.run(command)
        return said

    def run(self, command: str) -> str:
        for shown, meant in (
            ("https://git.example.com/plugins.git", str(self.folder / "origin")),
            ("/srv/plugins", str(self.site)),
            ("/var/lib/plugins", str(self.folder / "kept")),
            ("/root/", f"{self.folder}/kept/"),
            ("runuser -u plugins -- ", ""),
            ("--owner root --group plugins ", ""),
            ("127.0.0.1:8000", f"127.0.0.1:{self.ports[0]}"),
            ("127.0.0.1:8001", f"127.0.0.1:{self.ports[1]}"),
            ("curl --fail https", f"curl --fail {self.found_here} https"),
            ("curl --fail --head https", f"curl --fail --head {self.found_here} https"),
            ("createsuperuser", "createsuperuser --noinput --username root --email root@localhost"),
        ):
            command = command.replace(shown, meant)
        if command.startswith(("cd ", "SECRET_KEY=")):
            self.before += f"{command}\n"
            return ""
        done = subprocess.run(
            ["bash", "-euc", f"{self.before if self.site.exists() else ''}{command}"],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    @property
    def found_here(self) -> str:
        """Options that let curl find the site's name at the proxy of the test."""
        certificate = f"--cacert {self.proxy.certificate}"
        return f"{certificate} --connect-to {MAIN}:443:127.0.0.1:{self.proxy.https_port}"

    @property
    def environ(self) -> dict[str, str]:
        return {**process_environ(measured=False), "DJANGO_SUPERUSER_PASSWORD": "of-the-test-only"}

    def systemctl(self, verb: str, *units: str) -> None:
        """Start, restart or stop the units that serve, as they say themselves."""
        for unit in units:
            if not unit.startswith("plugins@"):
                continue
            port = self.ports[int(unit.removeprefix("plugins@")) - 8000]
            if verb in ("restart", "stop"):
                stop(self.processes.pop(unit))
            if verb in ("enable", "restart", "start"):
                start, wait = self.executed(unit.partition("@")[0] + "@.service")
                environ = {**self.environ, "PORT": str(port), "PYTHONDONTWRITEBYTECODE": "1"}
                alone = ["env", "--ignore-environment", *(f"{k}={v}" for k, v in environ.items())]
                log = self.folder / f"{unit}.log"
                self.processes[unit] = started([*alone, *self.read_only(start)], {}, port, log)
                subprocess.run([*alone, *wait], check=True)

    def executed(self, unit: str) -> list[list[str]]:
        text = (DEPLOY / unit).read_text().replace("/srv/plugins", str(self.site))
        return [each.split() for each in re.findall(r"^ExecStart(?:Post)?=(.+)$", text, re.M)]

    def read_only(self, command: list[str]) -> list[str]:
        """Return a command that cannot write to the checkout, as ProtectSystem=strict has it."""
        inside = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        given = ["unshare", "--mount", "sh", "-c", inside, str(self.site)]
        possible = subprocess.run([*given, "true"], capture_output=True).returncode == 0
        return [*given, *command] if possible else command


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for program in ("git", "curl"):
        if not shutil.which(program):
            pytest.skip(f"There is no {program} on this machine: apt-get install {program}.")
    (tmp_path / "kept").mkdir()
    (tmp_path / "nginx").mkdir()
    git("clone", "--quiet", "--bare", str(PROJECT), str(tmp_path / "origin"))
    git("-C", str(tmp_path / "origin"), "branch", "--force", "released", "HEAD")
    git("-C", str(tmp_path / "origin"), "symbolic-ref", "HEAD", "refs/heads/released")
    ports = free_port(), free_port()
    with own_database(tmp_path / "kept") as url, nginx(tmp_path / "nginx", ports) as proxy:
        made = Machine(tmp_path, url, ports, proxy)
        try:
            yield made
        finally:
            for process in made.processes.values():
                stop(process)


def git(*arguments: str) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    return subprocess.check_output(["git", *who, *arguments], text=True).strip()


def release(machine: Machine) -> str:
    """Let there be a later version, and return the commit of the present one."""
    work = str(machine.folder / "work")
    git("clone", "--quiet", str(machine.folder / "origin"), work)
    git("-C", work, "commit", "--quiet", "--allow-empty", "--message", "A later version")
    git("-C", work, "push", "--quiet")
    return git("-C", str(machine.site), "rev-parse", "HEAD")


def accounts(machine: Machine) -> list[str]:
    return machine.run(
        SHELL.format("print(*User.objects.order_by('pk').values_list('username', flat=True))")
    ).split()


def test_from_nothing_to_https_and_back_from_an_upgrade(machine: Machine) -> None:
    machine.follow("Install")
    env = machine.site / ".env"
    assert env.stat().st_mode & 0o777 == 0o640
    env.write_text(replaced(env.read_text(), ("postgres:///plugins", machine.database_url)))
    assert re.search(r"^SECRET_KEY=\S{60}", env.read_text(), re.MULTILINE)

    assert "no issues" in machine.follow("The database")
    machine.follow("The site")
    said = machine.follow("Does it work?")
    machine.run(f"PORT={machine.ports[0]} deploy/start.sh alive")
    assert said.count("ready") == 3 and "strict-transport-security" in said.lower()
    assert accounts(machine) == ["root"]

    daily = machine.executed("plugins-daily.service")
    shell = " ".join(daily[0]).replace("/bin/sh -c '", "").removesuffix("'").replace("%%", "%")
    machine.run(shell.replace("exec ", ""))
    machine.run(" ".join(daily[1]))
    assert [path.stat().st_mode & 0o777 for path in (machine.folder / "kept").glob("*day")] == [
        0o600
    ]

    add_account(machine, "early")
    machine.follow("Backups, and back")
    assert accounts(machine) == ["root", "early"]

    earlier = release(machine)
    upgrade = commands("Upgrade")
    back = upgrade.index("systemctl stop plugins@8000 plugins@8001")
    for command in upgrade[:back]:
        follow_one(machine, command)
    add_account(machine, "late")
    assert accounts(machine) == ["root", "early", "late"]
    assert machine.run("git rev-parse HEAD").strip() != earlier
    for command in upgrade[back:]:
        follow_one(machine, command)
    assert accounts(machine) == ["root", "early"]
    assert machine.follow("Does it work?").count("ready") == 3
    assert machine.run("git rev-parse HEAD").strip() == earlier
    assert machine.run("git status --porcelain") == ""


SHELL = 'deploy/start.sh shell --no-imports -c "from django.contrib.auth.models import User; {}"'


def add_account(machine: Machine, name: str) -> None:
    machine.run(SHELL.format(f"User.objects.create_user('{name}')"))


def follow_one(machine: Machine, command: str) -> None:
    if command.startswith("systemctl "):
        machine.systemctl(*command.split()[1:])
    else:
        machine.run(command)
