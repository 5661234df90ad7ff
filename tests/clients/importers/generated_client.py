"""Clients that openapi-generator wrote: each is imported, and calls every operation.

With the full document, if the site has one, it also uploads a file.
"""

import json
import re
import sys
from importlib import import_module
from typing import Any

from importing import Plugin, Shown, run


def snake(name: str) -> str:
    """Return how it calls an operation's method."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }


def arguments(package: Any, operation: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return what its method takes: parameters by name, and a body as the body's model."""
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    sent = {name: value for name, value in given.items() if name in names}
    body = {name: value for name, value in given.items() if name not in names}
    if not body:
        return sent
    content = operation["requestBody"]["content"]
    if "application/json" not in content:
        return {**sent, **body}
    model = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return {**sent, snake(model): getattr(package, model).from_dict(body)}


async def use(plugin: Plugin) -> tuple[Shown, dict[str, Any]]:
    sys.path.insert(0, f"{plugin.folder}/{plugin.slug}")
    package = import_module(f"client_{plugin.slug.replace('-', '_')}")
    with open(f"{plugin.folder}/{plugin.slug}.json") as file:
        known = operations(json.load(file))
    configuration = package.Configuration(host=plugin.url, access_token=plugin.token or None)
    with package.ApiClient(configuration) as client:
        # One class for each tag of the document.
        apis = [made(client) for name, made in vars(package.api).items() if name.endswith("Api")]
        methods = {
            name: next(getattr(api, snake(name)) for api in apis if hasattr(api, snake(name)))
            for name in known
        }
        shown = {
            name: {"description": method.__doc__, "arguments": []}
            for name, method in methods.items()
        }
        answers = {}
        calls = [call for call in plugin.calls if call[0] in known]
        if "upsertFile" in known:
            calls.append(("upsertFile", {"file": ("note.txt", b"The mill stands by the river.")}))
        for name, given in calls:
            answer = methods[name](**arguments(package, known[name], given))
            answers[name] = json.loads(answer.to_json())
    return shown, answers


run(use)
