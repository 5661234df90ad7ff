"""What is left of a file without the examples. `.ci/product` takes them out for real."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.removal import makefile, markdown, pyproject, python, remaining_tests, script, settings


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("One. Two.\n\nTodos are three.\n", "One. Two.\n"),
        ("One. The sports plugin is two. Three.\n", "One. Three.\n"),
        ("The sports plugin is one. It is two.\n\nThree.\n", "Three.\n"),
        ("# A\n\n## Sports\n\nOne.\n\n### B\n\nTwo.\n\n## C\n\nD.\n", "# A\n\n## C\n\nD.\n"),
        ("# A\n\n## B\n\nSee the todos.\n\n## C\n\nTwo.\n", "# A\n\n## C\n\nTwo.\n"),
        ("| a |\n|---|\n| todo |\n| b |\n", "| a |\n|---|\n| b |\n"),
        ("One.\n\n| a |\n|---|\n| todo |\n\nTwo.\n", "One.\n\nTwo.\n"),
        ("One.\n\nCall it:\n\n```sh\ncurl /todo/\n```\n\nTwo.\n", "One.\n\nTwo.\n"),
        ("```sh\nmake run\nmake bench\n```\n", "```sh\nmake run\n```\n"),
        ("- One.\n- A todo.\n- Two. Of sports.\n", "- One.\n- Two.\n"),
        ("A tornado is no example, and neither is autodoc.\n", None),
    ],
)
def test_markdown_loses_what_names_an_example(text: str, left: str | None) -> None:
    assert markdown(text) == (text if left is None else left)


def test_python_loses_what_is_made_of_an_example() -> None:
    source = """from sports.urls import SPORTS_API
from notes.urls import NOTES_API

SHARED = "both"
ABOUT_SPORTS = "sports"

PLUGINS = (
    Plugin(
        slug=SHARED + ABOUT_SPORTS,
        api=SPORTS_API,
    ),
    Plugin(slug=SHARED, api=NOTES_API),
)


@fixture
def sports():
    return SPORTS_API


def rest():
    return 1
"""
    assert python(source, ("sports",)) == (
        "from notes.urls import NOTES_API\n\n"
        'SHARED = "both"\n\n'
        "PLUGINS = (\n    Plugin(slug=SHARED, api=NOTES_API),\n)\n\n\n"
        "def rest():\n    return 1\n"
    )


def test_the_settings_lose_sections_and_names() -> None:
    source = (
        '# --- Sports ---\n\nSPORTS_A = 1\n\n# --- B ---\n\nAPPS = [\n    "sports",\n    "b",\n]\n'
        'ROOMS = ("a", "b", "sports")\n'
    )
    assert settings(source) == '# --- B ---\n\nAPPS = [\n    "b",\n]\nROOMS = ("a", "b")\n'


def test_the_makefile_loses_rules_steps_and_prerequisites() -> None:
    text = (
        "run: setup .venv/sports ## Run it\n\t@serve\n\t@load_sports\n\n"
        "# Why.\nbench: setup ## Measure\n\t@bench\n\n"
        "lock:\n\t@compile -c requirements-stores.txt \\\n\t\t-o dev.txt\n"
    )
    assert makefile(text) == (
        "run: setup ## Run it\n\t@serve\n\nlock:\n\t@compile \\\n\t\t-o dev.txt\n"
    )


def test_pyproject_loses_dependencies_and_names() -> None:
    text = (
        'dependencies = [\n    "django",\n    "numpy",  # retrieval\n]\n'
        'bench = ["quart"]\n\n[tool]\nlayers = ["accounts | todos | sports", "api"]\n'
        'packages = ["api", "todos"]\n\n[[contracts]]\nname = "retrieval: a → b"\n'
    )
    assert pyproject(text) == (
        'dependencies = [\n    "django",\n]\n\n[tool]\nlayers = ["accounts", "api"]\n'
        'packages = ["api"]\n'
    )


def test_tests_that_speak_of_an_example_go() -> None:
    kept = 'def test_a() -> None:\n    get("/todo/sports")\n'
    gone = '@mark\ndef test_b() -> None:\n    get("/sports/")\n'
    assert remaining_tests(kept + gone) == kept


def test_a_script_loses_steps() -> None:
    assert script("a\n\nmake test-stores\n\nb\n") == "a\n\nb\n"


def test_work_that_is_not_committed_is_not_touched(tmp_path: Path, settings: object) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "work").write_text("")
    with pytest.raises(CommandError, match="Commit your work with Git first"):
        call_command("removeexamples", "--yes")
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
