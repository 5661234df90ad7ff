"""The paths of a plugin's API, as a client would fill them in."""

from collections.abc import Iterator
from typing import Any

from plugins.openapi import generate
from plugins.plugin import Plugin


def paths(plugin: Plugin) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Yield each path with its operations by method, those that no model is offered too."""
    for template, methods in generate(plugin, whole=True)[0]["paths"].items():
        examples = {
            parameter["name"]: parameter["schema"]["example"]
            for operation in methods.values()
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "path"
        }
        operations = {method.upper(): operation for method, operation in methods.items()}
        yield template.format(**examples), operations
