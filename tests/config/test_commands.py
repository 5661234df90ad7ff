"""The commands say what they did, and what to do when they can't."""

import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from oauth_demo.models import Token
from tests.conftest import Mount
from todos.models import Todo

pytestmark = pytest.mark.django_db


def run(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(*args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_service_token_is_alone_on_standard_output(todo_service: Mount) -> None:
    out, err = run("create_service_token", "--plugin", "todo-service", "--name", "ChatGPT")
    secret = out.strip()
    assert secret.split() == [secret] and "ChatGPT" in err
    assert todo_service.get("/todos/ann", token=secret).status_code == 200


def test_a_user_token_opens_that_persons_list(todo_user: Mount, ann: User) -> None:
    out, _ = run("create_user_token", "ann", "--plugin", "todo-user", "--name", "Laptop")
    assert todo_user.get("/todos/ann", token=out.strip()).status_code == 200
    assert todo_user.get("/todos/bob", token=out.strip()).status_code == 403


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["create_service_token", "--plugin", "todo", "--name", "x"], "invalid choice: 'todo'"),
        (["create_service_token", "--plugin", "todo-user", "--name", "x"], "choose from"),
        (["create_service_token", "--plugin", "todo-service"], "required: --name"),
        (["create_service_token", "--plugin", "todo-service", "--name", "x" * 101], "at most 100"),
        (["create_service_token", "--plugin", "todo-service", "--name", ""], "name: It is empty"),
        (
            ["create_user_token", "nobody", "--plugin", "todo-user", "--name", "x"],
            "no active account 'nobody'. Sign up at /accounts/signup/",
        ),
    ],
)
def test_a_command_that_cannot_do_it_says_why(args: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*args)
    assert not Token.objects.exists()


def test_the_demo_works_as_printed(settings: Any, todo_service: Mount, todo_user: Mount) -> None:
    settings.DEBUG = True
    out, _ = run("seed_demo")
    secrets = {line.split()[2].rstrip(":"): line.split()[-1] for line in out.splitlines()[4:]}
    texts = todo_service.get("/todos/global", token=secrets["todo-service"]).json()["todos"]
    assert texts == ["Read the manifest", "Add a todo with curl"]
    assert todo_user.get("/todos/ann", token=secrets["todo-user"]).status_code == 200
    passwords = {line.split()[1]: line.split()[3] for line in out.splitlines()[1:4]}
    for username, password in passwords.items():
        assert User.objects.get(username=username).check_password(password)


def test_seeding_again_changes_nothing(settings: Any) -> None:
    settings.DEBUG = True
    first = run("seed_demo")
    before = (User.objects.count(), Token.objects.count(), Todo.objects.count())
    assert run("seed_demo") == first
    assert (User.objects.count(), Token.objects.count(), Todo.objects.count()) == before


def test_seeding_again_says_what_was_changed_since(settings: Any) -> None:
    settings.DEBUG = True
    run("seed_demo")
    ann = User.objects.get(username="ann")
    ann.set_password("another")
    ann.save()
    Token.objects.get(plugin="todo-service").revoke()
    out, _ = run("seed_demo")
    assert "account ann    password (changed since)" in out
    assert "token for todo-service: (revoked)" in out


def test_production_is_not_seeded() -> None:
    with pytest.raises(CommandError, match="for development"):
        run("seed_demo")
    assert not User.objects.exists()


@pytest.mark.outside
def test_manage_py_without_its_packages_says_what_to_do() -> None:
    command = [sys.executable, "-S", "-E", str(django_settings.BASE_DIR / "manage.py"), "check"]
    result = subprocess.run(command, capture_output=True, text=True, env={})
    assert result.returncode != 0
    assert "run `make setup`" in result.stderr
