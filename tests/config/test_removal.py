"""The marks by which the examples go. `.ci/product` takes them out for real."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.management.commands.removeexamples import REMOVED, marked, without_examples
from plugins.startplugin.files import NewPlugin, schemes
from plugins.startplugin.names import Names

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n# <examples>\nb\n# </examples>\nc\n", "a\nc\n"),
        ("a\n\n    # <examples>\nb\n\nc\n    # </examples>\n\nd\n", "a\n\nd\n"),
        ("a\n\n\n# <examples>\nb\n# </examples>\n\n\nc\n", "a\n\n\nc\n"),
        ("a\n# <examples>\nb\n# </examples>\n\nc\n", "a\n\nc\n"),
        ("# <examples>\na\n# </examples>\nb\n# <examples>\nc\n# </examples>\n", "b\n"),
        ("import a\nimport b  # <examples></examples>\nimport c\n", "import a\nimport c\n"),
        ("a\n\n<!-- <examples> -->\nb\n<!-- </examples> -->\n\nc\n", "a\n\nc\n"),
        (
            "| a |\n|---|\n| b <!-- <examples> --> |\n| c |\n| d <!-- </examples> --> |\n| e |\n",
            "| a |\n|---|\n| e |\n",
        ),
        ("Tell of <examples>, of todos and of sports.\n", None),
    ],
)
def test_what_is_between_marks_goes_and_nothing_else(text: str, left: str | None) -> None:
    assert without_examples(text) == (text if left is None else left)


def test_every_mark_has_its_end_and_no_example_is_named_outside() -> None:
    names = [str(path.relative_to(ROOT)) for path in marked(ROOT)]
    assert {"README.md", "pyproject.toml", "config/plugins.py"} <= set(names)
    for name in names:
        if name in REMOVED:
            continue
        text = (ROOT / name).read_text()
        marks = re.findall(r"(?:(?:#|<!--) |(?<=<examples>))<(/?)examples>", text)
        assert marks == ["", "/"] * (len(marks) // 2), name
        assert not re.search("sports|retrieval", without_examples(text)), name


@pytest.mark.parametrize("app", ["notes", "reviews", "zebras"])
def test_a_plugin_that_is_started_before_is_what_it_is_when_started_after(
    app: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PLUGINS = "config.plugins.PLUGINS"
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    plugin = NewPlugin(
        names=Names(app), scheme=schemes()["oauth"], name_for_human="Ours", description="Our own."
    )
    started = dict(plugin.edited(ROOT))
    for path in started:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(without_examples((ROOT / path).read_text()))
    before = {path: without_examples(text) for path, text in started.items()}
    assert before == dict(plugin.edited(tmp_path))


def test_work_that_is_not_committed_is_not_touched(tmp_path: Path, settings: object) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "work").write_text("")
    with pytest.raises(CommandError, match="Commit your work with Git first"):
        call_command("removeexamples", "--yes")
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
