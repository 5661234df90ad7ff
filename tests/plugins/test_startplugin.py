"""`manage.py startplugin`: what it refuses, and how it changes files that people wrote.

`.ci/product` runs it for real, and the tests of what it makes.
"""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from plugins.startplugin.edits import EditError, add_element, add_import, add_row, add_to_project
from plugins.startplugin.files import NewPlugin, literal, schemes, write
from plugins.startplugin.logo import logo
from plugins.startplugin.names import Names

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def real_site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site's own settings and list are what is changed, not those of the tests."""
    settings.PLUGINS = "config.plugins.PLUGINS"
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Notes", "cannot name a Python package"),
        ("my-notes", "cannot name a Python package"),
        ("1st", "cannot name a Python package"),
        ("class", "cannot name a Python package"),
        ("../notes", "cannot name a Python package"),
        ("a" * 21, "too long"),
        ("json", "a Python module already"),
        ("todo", "There is a plugin 'todo' already"),
        ("todo_user", "There is a plugin 'todo-user' already"),
        ("docs", "There is a folder docs/ already"),
        ("browser", "There is a tests/browser already"),
        ("settings", "There is a tests/settings already"),
        ("auth", "There is an app 'auth' already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(name: str, message: str) -> None:
    with pytest.raises(CommandError, match=f"{message}.*Nothing was changed"):
        call_command("startplugin", name, "--auth", "none")


def test_the_schemes_to_choose_from_are_the_sites_own() -> None:
    assert set(schemes()) == {"none", "service_http", "user_http", "oauth"}
    with pytest.raises(CommandError, match="invalid choice: 'basic'"):
        call_command("startplugin", "notes", "--auth", "basic")


@pytest.mark.usefixtures("real_site")
@pytest.mark.parametrize("auth", ["none", "service_http", "user_http", "oauth"])
def test_every_file_of_a_plugin_is_python_that_can_be_read(auth: str) -> None:
    plugin = NewPlugin(
        names=Names("reading_lists"),
        scheme=schemes()[auth],
        name_for_human="Reading lists",
        description='Books, "Dune" among them.',
    )
    files = plugin.files(ROOT)
    for path, content in files.items():
        if path.suffix == ".py":
            compile(content, str(path), "exec")
    assert b'title="Add a reading list"' in files[Path("reading_lists/urls.py")]
    assert b'slug="reading-lists"' in files[Path("config/plugins.py")]


@pytest.mark.parametrize(
    ("plural", "singular", "variable"),
    [
        ("notes", "a note", "note"),
        ("diaries", "a diary", "diary"),
        ("addresses", "an address", "address"),
        ("boxes", "a box", "box"),
        ("news", "a news", "news"),
        ("classes", "a class", "item"),
        ("reading_lists", "a reading list", "reading_list"),
    ],
)
def test_one_of_many_is_spoken_of_as_people_do(plural: str, singular: str, variable: str) -> None:
    names = Names(plural)
    assert (names.a_singular, names.item) == (singular, variable)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A = ()\n", "A = (\n    New(),\n)\n"),
        ("A = (Old(),)\n", "A = (Old(),\n    New(),\n)\n"),
        ("A = [\n    Old(),\n]\n", "A = [\n    Old(),\n    New(),\n]\n"),
        ("A = [\n    Old()\n]\n", "A = [\n    Old(),\n    New(),\n]\n"),
        ("A = [\n    Old()  # é, last\n]\n", "A = [\n    Old(),  # é, last\n    New(),\n]\n"),
        (
            "A: list[int] = [\n    1,\n]\nB = 1\n",
            "A: list[int] = [\n    1,\n    New(),\n]\nB = 1\n",
        ),
    ],
)
def test_an_element_is_added_to_the_end_of_a_list(source: str, expected: str) -> None:
    assert add_element(source, "A", "New()") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('A = [\n    "x",\n    "y",\n]\n', 'A = [\n    "x",\n    "n",\n    "y",\n]\n'),
        ('A = ["x", "y"]\n', 'A = ["x", "n", "y"]\n'),
        ('A = [\n    "x",\n]\n', 'A = [\n    "x",\n    "n",\n]\n'),
    ],
)
def test_an_element_may_stand_before_another(source: str, expected: str) -> None:
    assert add_element(source, "A", '"n"', before="y") == expected


@pytest.mark.parametrize("source", ["B = []\n", "A = b + [1]\n", "A = 1, 2\n", "A = list()\n"])
def test_a_list_of_another_shape_is_left_to_its_author(source: str) -> None:
    with pytest.raises(EditError, match=r"Add to it by hand: New\(\)"):
        add_element(source, "A", "New()")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "from a import b\nfrom z import y\n",
            "from a import b\nfrom m import N\nfrom z import y\n",
        ),
        ("from m import A\n", "from m import A, N\n"),
        ("from m import (\n    A,\n)\n", "from m import A, N\n"),
        ("from m import N\n", "from m import N\n"),
        ('"""What."""\n\nA = ()\n', '"""What."""\n\nfrom m import N\n\nA = ()\n'),
        ("import os\n\nfrom z import y\n", "import os\n\nfrom m import N\nfrom z import y\n"),
    ],
)
def test_an_import_stands_in_its_place(source: str, expected: str) -> None:
    assert add_import(source, "m", "N") == expected


def test_an_app_is_named_where_the_project_names_each() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    changed = add_to_project(text, "notes")
    assert changed.count("notes") == text.count("notes") + 3
    with pytest.raises(EditError, match="Name notes in it"):
        add_to_project("[project]\n", "notes")


def test_a_row_is_added_to_the_table_of_plugins_and_no_other() -> None:
    readme = "| a |\n|---|\n\n| plugin | b |\n|---|---|\n| x | y |\n\nText.\n"
    assert add_row(readme, "| n | m |") == readme.replace("| x | y |", "| x | y |\n| n | m |")
    with pytest.raises(EditError, match="has no table of plugins"):
        add_row("# Site\n", "| n |")


@pytest.mark.parametrize(
    "text", ["plain", 'say "hello"', "it's", '"both" it\'s', "a\\b", "é " * 50]
)
def test_text_becomes_python_that_means_it(text: str) -> None:
    assert eval(f"({literal(text)})") == text  # noqa: S307


def test_a_logo_is_a_png_of_the_right_size_and_differs_by_name() -> None:
    image = logo("notes")
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", image[16:24]) == (512, 512)
    length = struct.unpack(">I", image[33:37])[0]
    assert len(zlib.decompress(image[41 : 41 + length])) == 512 * (1 + 512 * 3)
    assert image == logo("notes") != logo("recipes")


def test_what_was_written_can_be_taken_back(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("as it was")
    undo = write(tmp_path, {Path("old"): b"new", Path("a/b/c"): b"new", Path("a/d"): b"new"})
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"new"
    undo()
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_text() == "as it was"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        write(tmp_path, {Path("new"): b"new", Path("file/below"): b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.usefixtures("real_site")
def test_a_site_that_would_not_be_right_with_it_stays_as_it_was(
    tmp_path: Path, settings: Any
) -> None:
    for name in ("config/plugins.py", "config/settings.py", "pyproject.toml", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "manage.py").write_text("raise SystemExit('its slug is a path of the site')")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="its slug is a path of the site"):
        call_command("startplugin", "zebras", "--auth", "oauth")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
