"""A new plugin as files: made in memory, then written all together or not at all."""

import ast
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template import Context, Engine

from plugins.auth import AuthScheme
from plugins.startplugin.edits import add_element, add_imports, add_row, add_to_project
from plugins.startplugin.logo import logo
from plugins.startplugin.names import Names

TEMPLATES = Path(__file__).parent
SUFFIX = "-tpl"  # keeps templates from being taken for what they make


def schemes() -> dict[str, type[AuthScheme]]:
    """Return the auth schemes that a plugin can be started with: those with templates for it."""
    return {
        scheme.slug: scheme
        for scheme in subclasses(AuthScheme)
        if "slug" in vars(scheme) and (TEMPLATES / "auth" / scheme.slug).is_dir()
    }


def subclasses(kind: type[AuthScheme]) -> Iterator[type[AuthScheme]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


@dataclass(frozen=True, kw_only=True)
class NewPlugin:
    """What the author of a plugin decides; all else follows."""

    names: Names
    scheme: type[AuthScheme]
    name_for_human: str
    description: str

    def files(self, root: Path) -> dict[Path, bytes]:
        """Return every file that is new or changes, by its path in the project."""
        app, tests = Path(self.names.app_name), Path("tests", self.names.app_name)
        made = {
            **self.rendered("app", app),
            **self.rendered("tests", tests),
            **self.rendered(f"auth/{self.scheme.slug}", tests),
            app / "static" / "logos" / f"{self.names.slug}.png": logo(self.names.slug),
        }
        made.pop(tests / "plugin.py")  # the entry of the list
        return {**made, **{path: text.encode() for path, text in self.edited(root)}}

    def rendered(self, folder: str, target: Path) -> dict[Path, bytes]:
        made = {}
        for template in sorted((TEMPLATES / folder).rglob(f"*{SUFFIX}")):
            place = template.relative_to(TEMPLATES / folder)
            parts = [self.names.app_name if part == "app_name" else part for part in place.parts]
            path = target.joinpath(*parts)
            text = self.render(template.relative_to(TEMPLATES))
            made[path.with_name(path.name.removesuffix(SUFFIX))] = text.encode()
        return made

    def render(self, template: Path) -> str:
        names = {name: getattr(self.names, name) for name in dir(Names) if name[0] != "_"}
        context = {
            **names,
            "app_name": self.names.app_name,
            "name_for_human": literal(self.name_for_human),
            "description": literal(self.description),
        }
        engine = Engine(dirs=[str(TEMPLATES)], autoescape=False)
        return engine.get_template(str(template)).render(Context(context, autoescape=False))

    def edited(self, root: Path) -> Iterator[tuple[Path, str]]:
        """Yield the project's own files with the plugin in them."""
        app = self.names.app_name
        module, _, attribute = settings.PLUGINS.rpartition(".")
        path = Path(f"{module.replace('.', '/')}.py")
        entry = self.render(Path("auth", self.scheme.slug, "plugin.py-tpl")).strip()
        source = add_element((root / path).read_text(), attribute, entry)
        yield path, add_imports(source, self.imports(entry))
        path = Path(f"{os.environ['DJANGO_SETTINGS_MODULE'].replace('.', '/')}.py")
        source = (root / path).read_text()
        yield path, add_element(source, "INSTALLED_APPS", f'"{app}"', before="plugins")
        path = Path("pyproject.toml")
        yield path, add_to_project((root / path).read_text(), app)
        path = Path("README.md")
        yield path, add_row((root / path).read_text(), self.row())

    def imports(self, entry: str) -> list[tuple[str, str]]:
        """Return what an entry of the list needs, as modules and names."""
        called = {node.id for node in ast.walk(ast.parse(entry)) if isinstance(node, ast.Name)}
        homes = ("plugins.auth", self.scheme.__module__, "plugins.plugin")  # the first that has it
        found = [
            (home, name)
            for name in sorted(called)
            for home in [home for home in homes if hasattr(sys.modules[home], name)][:1]
        ]
        return [*found, (f"{self.names.app_name}.urls", self.names.API)]

    def row(self) -> str:
        slug = self.names.slug
        return (
            f"| `{slug}` | {self.scheme.name} (`{self.scheme.slug}`) "
            f"| http://localhost:8000/{slug}/ | http://{slug}.localhost:8000/ |"
        )


def literal(text: str) -> str:
    """Return text as Python source, in lines that are not too long."""
    pieces = textwrap.wrap(text, 66, drop_whitespace=False, break_long_words=False) or [""]
    quoted = [
        repr(piece) if '"' in piece else f'"{repr(piece)[1:-1]}"'.replace("\\'", "'")
        for piece in pieces
    ]
    return quoted[0] if len(quoted) == 1 else "\n    ".join(quoted)


def write(root: Path, files: dict[Path, bytes]) -> "Undo":
    """Write files into a project; return what takes them out again."""
    undo = Undo(root, {path: read(root / path) for path in files})
    try:
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    except BaseException:
        undo()
        raise
    return undo


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


@dataclass(frozen=True)
class Undo:
    """Puts a project back to what it was before files were written."""

    root: Path
    before: dict[Path, bytes | None]

    def __call__(self) -> None:
        for path, content in self.before.items():
            if content is None:
                (self.root / path).unlink(missing_ok=True)
            else:
                (self.root / path).write_bytes(content)
        for path in sorted(self.before, reverse=True):
            for folder in (self.root / path).parents:
                if folder == self.root or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()
