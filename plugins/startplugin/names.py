"""The names of a new plugin, all made from the one that its author gives."""

import keyword
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

from plugins.registry import find_plugin

NAME_MAX_LENGTH = 20  # characters; ChatGPT's limit of name_for_human


class UnusableNameError(ValueError):
    """No plugin can be made under this name; the message says why."""


@dataclass(frozen=True)
class Names:
    """How an app is spoken of: in code, in a sentence, in a path."""

    app_name: str

    @property
    def slug(self) -> str:
        return self.app_name.replace("_", "-")

    @property
    def plural(self) -> str:
        return self.app_name.replace("_", " ")

    @property
    def singular(self) -> str:
        return singular(self.plural)

    @property
    def a_singular(self) -> str:
        return f"{'an' if self.singular[0] in 'aeiou' else 'a'} {self.singular}"

    @property
    def item(self) -> str:
        """A variable that holds one."""
        name = self.singular.replace(" ", "_")
        return "item" if keyword.iskeyword(name) else name

    @property
    def model(self) -> str:
        return self.Model.lower()

    @property
    def Name(self) -> str:  # noqa: N802  (they look as what they make)
        return camel(self.plural)

    @property
    def Model(self) -> str:  # noqa: N802
        return camel(self.singular)

    @property
    def API(self) -> str:  # noqa: N802
        return f"{self.app_name.upper()}_API"

    @property
    def name_for_model(self) -> str:
        return self.Name[0].lower() + self.Name[1:]


def camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.split())


def singular(plural: str) -> str:
    """Return one of what an English plural names; a word that is none stays."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if plural.endswith(ending):
            return plural.removesuffix(ending) + one
    if re.search(r"[^suiw]s$", plural):
        return plural[:-1]
    return plural


def usable(name: str, root: Path) -> Names:
    """Return the names of a new app; raises UnusableNameError where one is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise UnusableNameError(
            f"'{name}' cannot name a Python package. Use small letters, digits and single "
            "underscores, a letter first, such as 'reading_list'."
        )
    if len(name) > NAME_MAX_LENGTH:
        raise UnusableNameError(f"'{name}' is too long. Use {NAME_MAX_LENGTH} characters at most.")
    names = Names(name)
    if find_plugin(names.slug):
        raise UnusableNameError(f"There is a plugin '{names.slug}' already. Choose another name.")
    if (root / name).exists():
        raise UnusableNameError(f"There is a folder {name}/ already. Choose another name.")
    if (root / "tests" / name).exists() or (root / "tests" / f"{name}.py").exists():
        raise UnusableNameError(f"There is a tests/{name} already. Choose another name.")
    if name in {config.label for config in apps.get_app_configs()}:
        raise UnusableNameError(f"There is an app '{name}' already. Choose another name.")
    if find_spec(name):
        raise UnusableNameError(
            f"'{name}' is a Python module already, which the app would hide. Choose another name."
        )
    return names
