"""The rules of an OpenAPI document: what models, importers and generated clients trip over."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from api.hosts import is_loopback, parts_of
from plugins.linter import validity
from plugins.linter.document import Document
from plugins.linter.manifest import domain_of
from plugins.linter.rules import Level, Problem, Rules, shown
from plugins.patterns import is_portable

OPERATIONS_MAX = 30
TEXT_MAX, OPERATION_TEXT_MAX, PARAMETER_TEXT_MAX = 200, 300, 700  # characters
ARRAYS_MAX = 20  # within one another: references can make endless ones
TOOL_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

RULES: Rules[Document] = Rules("openapi")
VALIDITY: Rules[Document] = Rules("openapi")
"""Apart, because it takes a process of its own."""


@RULES.rule(Level.ERROR, "It is OpenAPI 3.0 or 3.1.")
def version(document: Document) -> Iterator[Problem]:
    found = document.root.get("openapi", document.root.get("swagger"))
    if not re.fullmatch(r"3\.[01]\.\d+", str(found)):
        yield "/openapi", shown(found), 'Describe the API in OpenAPI 3, such as "3.0.3".'


@VALIDITY.rule(Level.ERROR, "It is a valid document.")
def valid(document: Document) -> Iterator[Problem]:
    if not str(document.root.get("openapi")).startswith("3."):
        return
    try:
        for at, found in validity.faults(document.root):
            yield at, shown(found, 300), "See the OpenAPI specification for this object."
    except TimeoutError:
        yield "", f"not found out within {validity.SECONDS:g} seconds", "Refer less, and nest less."
    except (OSError, EOFError, ValueError, RecursionError):
        yield "", "too deep or too large for a validator", "Describe less, and nest it less."


@RULES.rule(Level.ERROR, "Whatever it refers to is in it.")
def references(document: Document) -> Iterator[Problem]:
    for at, schema in document.schemas:
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            continue
        if not reference.startswith("#"):
            mend = "Put it into the document's own components: clients fetch no second document."
            yield at, shown(reference), mend
        elif document.resolved(schema) is None:
            yield at, f"{shown(reference)} leads nowhere", "Mend it, or describe what it names."


@RULES.rule(Level.ERROR, "There is something to call.")
def operations(document: Document) -> Iterator[Problem]:
    if not document.operations:
        yield "/paths", "no operation", "Describe at least one."


@RULES.rule(Level.ERROR, "Each operation has an operationId of its own, which names its function.")
def operation_ids(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        if not operation.id:
            yield operation.at, "no operationId", "Name it, such as getTodos."
        elif not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", operation.id):
            mend = "Use letters, digits, _ and -, 64 at most."
            yield operation.at, shown(operation.id), mend
    for name, count in Counter(each.id for each in document.operations if each.id).items():
        if count > 1:
            yield name, f"{count} operations have it", "Give each its own."


@RULES.rule(Level.WARNING, "There are no more operations than an action may have.")
def operation_count(document: Document) -> Iterator[Problem]:
    if (count := len(document.operations)) > OPERATIONS_MAX:
        yield "/paths", f"{count} operations", f"Offer {OPERATIONS_MAX} at most, the most useful."


@RULES.rule(Level.ERROR, "Each operation says in a line what it does.")
def summaries(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        if not operation.document.get("summary") and not operation.document.get("description"):
            yield operation.at, "no summary", "Say in one line what it does."


@RULES.rule(Level.WARNING, "Each operation's description stands alone: importers show no summary.")
def descriptions(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        if operation.document.get("summary") and not operation.document.get("description"):
            yield operation.at, "no description", "Say in it what the operation does, and when."


@RULES.rule(Level.ERROR, "No text is longer than ChatGPT takes it.")
def lengths(document: Document) -> Iterator[Problem]:
    for at, text, limit in texts(document):
        if len(text) > limit:
            yield at, f"{len(text)} characters", f"Use {TEXT_MAX} at most."


@RULES.rule(Level.WARNING, "No text is longer than plugins could have it.")
def plugin_lengths(document: Document) -> Iterator[Problem]:
    for at, text, limit in texts(document):
        if TEXT_MAX < len(text) <= limit:
            yield at, f"{len(text)} characters", f"Use {TEXT_MAX} at most."


def texts(document: Document) -> Iterator[tuple[str, str, int]]:
    """Yield the texts that have a limit, each with where it stands and what an action may have."""
    for operation in document.operations:
        for name in ("summary", "description"):
            if isinstance(text := operation.document.get(name), str):
                yield f"{operation.at} {name}", text, OPERATION_TEXT_MAX
        for parameter in operation.parameters:
            if isinstance(text := parameter.get("description"), str):
                yield f"{operation.at} {parameter.get('name')}", text, PARAMETER_TEXT_MAX


@RULES.rule(
    Level.ERROR, "Its servers are at the plugin's own domain, by https but on this machine."
)
def servers(document: Document) -> Iterator[Problem]:
    if not document.servers:
        yield "/servers", "none", "Name the one that answers, by its whole URL."
    for url in document.servers:
        host, own = (parts_of(each).hostname or "" for each in (url, document.url))
        if domain_of(host) != domain_of(own):
            yield "/servers", shown(url), f"Use one at {domain_of(own)}."
        elif parts_of(url).scheme != "https" and not is_loopback(url):
            yield "/servers", shown(url), "Serve it by https: plain http is for localhost alone."


@RULES.rule(Level.WARNING, "Names of parameters and properties are those that tools can have.")
def names(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        for parameter in operation.parameters:
            name = str(parameter.get("name"))
            if parameter.get("in") != "header" and not TOOL_NAME.fullmatch(name):
                yield f"{operation.at} {name}", shown(name), "Use letters, digits, _ . and -."
    for at, schema in document.schemas:
        if isinstance(properties := schema.get("properties"), Mapping):
            for name in map(str, properties):
                if not TOOL_NAME.fullmatch(name):
                    yield at, shown(name), "Use letters, digits, _ . and -, 64 at most."


@RULES.rule(Level.WARNING, "No pattern looks around, or back: many engines refuse the whole list.")
def patterns(document: Document) -> Iterator[Problem]:
    for at, schema in document.schemas:
        if isinstance(pattern := schema.get("pattern"), str) and not is_portable(pattern):
            yield at, shown(pattern), "Write a pattern that RE2 takes, or none."


@RULES.rule(Level.WARNING, "What may be null says so in a way that OpenAPI 3.0 knows.")
def nullable(document: Document) -> Iterator[Problem]:
    for at, schema in document.schemas:
        if schema.get("nullable") is True and "type" not in schema:
            mend = "Put type beside nullable, or refer to a component that is nullable itself."
            yield at, "nullable without type, which means never null", mend
        if schema.get("enum") == [None]:
            yield at, "an enum of null alone", "Make the property itself nullable."


@RULES.rule(Level.ADVICE, "A format of date means a day and no time.")
def dates(document: Document) -> Iterator[Problem]:
    for at, schema in document.schemas:
        text = str(schema.get("description", "")).lower()
        if schema.get("format") == "date" and "time" in text:
            yield at, "format: date", "Typed clients cut the time off: leave the format out."


@RULES.rule(Level.WARNING, "What is answered is JSON, with a schema.")
def answers(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        responses = operation.document.get("responses")
        found = responses if isinstance(responses, Mapping) else {}
        good = [document.resolved(found[code]) for code in found if str(code).startswith("2")]
        contents = [each.get("content") for each in good if isinstance(each, Mapping)]
        if not any(isinstance(each, Mapping) and "application/json" in each for each in contents):
            mend = "Describe an answer of application/json: a model reads nothing else well."
            yield operation.at, "no JSON among its good answers", mend


@RULES.rule(Level.WARNING, "Each parameter, and each property of a body, says what it is.")
def input_descriptions(document: Document) -> Iterator[Problem]:
    for operation in document.operations:
        named = [(str(each.get("name")), each) for each in operation.parameters]
        body = document.resolved(operation.document.get("requestBody"))
        content = body.get("content") if isinstance(body, Mapping) else None
        for media in content.values() if isinstance(content, Mapping) else ():
            schema = document.resolved(media.get("schema")) if isinstance(media, Mapping) else None
            properties = schema.get("properties") if isinstance(schema, Mapping) else None
            if isinstance(properties, Mapping):
                named += [(str(name), each) for name, each in properties.items()]
        for name, each in named:
            found = document.resolved(each)
            said = each.get("description") if isinstance(each, Mapping) else None
            if not said and not (isinstance(found, Mapping) and found.get("description")):
                yield f"{operation.at} {name}", "no description", "Say what is to be given."


@RULES.rule(Level.ADVICE, "Each parameter and property has an example.")
def examples(document: Document) -> Iterator[Problem]:
    mend = "Give one: it shows models, and people who try the API, what is meant."
    for operation in document.operations:
        for parameter in operation.parameters:
            schema = document.resolved(parameter.get("schema"))
            has_one = "example" in parameter or "examples" in parameter
            if not has_one and wants_example(schema, document):
                yield f"{operation.at} {parameter.get('name')}", "no example", mend
    for at, schema in document.schemas:
        properties = schema.get("properties")
        for name, each in properties.items() if isinstance(properties, Mapping) else ():
            if wants_example(each, document):
                yield f"{at}/properties/{name}", "no example", mend


def wants_example(schema: Any, document: Document, depth: int = 0) -> bool:
    """Say whether a schema is of values, of which it names none."""
    found = document.resolved(schema) if depth < ARRAYS_MAX else None
    if not isinstance(found, Mapping):
        return False
    if {"example", "examples", "enum", "const", "properties", "allOf", "oneOf", "anyOf"} & {*found}:
        return False
    if found.get("type") == "array":
        return wants_example(found.get("items"), document, depth + 1)
    return found.get("format") != "binary" and found.get("type") in (
        *("string", "integer", "number", "boolean"),
    )


@RULES.rule(Level.ADVICE, "It says whose it is, and on what terms it may be used.")
def terms(document: Document) -> Iterator[Problem]:
    info = document.root.get("info")
    for name in ("contact", "license"):
        if not (isinstance(info, Mapping) and info.get(name)):
            yield f"/info/{name}", "none", "Some tools, and directories, ask for it."


@RULES.rule(Level.ADVICE, "No line of a text ends with a space.")
def spaces(document: Document) -> Iterator[Problem]:
    for at, each in document.schemas:
        for name, text in each.items():
            if isinstance(text, str) and any(line != line.rstrip() for line in text.split("\n")):
                yield f"{at}/{name}", shown(text), "Take it off: YAML has to quote the whole text."
