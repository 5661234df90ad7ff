"""A form that was sent, as the request that it stands for; and that as a command."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from urllib3.filepost import encode_multipart_formdata

from plugins.api_page.inputs import JSON, Input
from plugins.api_page.operations import Operation
from plugins.inside import ask, credential_key
from plugins.mounts import PluginRequest

TEXT_MAX = 100_000
"""Characters of an answer that are shown, which is what ChatGPT reads of one."""
TOLD = ("WWW-Authenticate", "Retry-After")
"""Headers of an answer that say what to do."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    is_cut: bool

    @property
    def phrase(self) -> str:
        return HTTPStatus(self.status).phrase

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Call:
    """A request to one operation."""

    operation: Operation
    values: Mapping[str, str]
    """By the names that inputs have in the form."""
    files: Mapping[str, UploadedFile[bytes]]

    def of(self, place: str) -> list[tuple[Input, str]]:
        """Return the inputs at a place, with what was said; what was left empty is left out."""
        inputs = (each for each in self.operation.inputs if each.place == place)
        return [(each, value) for each in inputs if (value := self.values.get(each.sent_as, ""))]

    @property
    def fault(self) -> str:
        """Return why it cannot be sent; "" if it can."""
        for each in self.operation.inputs:
            if each.place == "path" and not self.values.get(each.sent_as):
                return f"{each.name} is empty. Fill it in: it is a part of the address."
        largest = max((file.size or 0 for file in self.files.values()), default=0)
        if largest > settings.FORM_MAX_BYTES:
            return f"The file is too large: a form takes {settings.FORM_MAX_BYTES:,} bytes."
        return ""

    @property
    def query(self) -> str:
        return urlencode(
            [
                (each.name, line)
                for each, value in self.of("query")
                for line in (value.splitlines() if each.kind == "lines" else [value])
            ],
            safe=",",
        )

    @property
    def body(self) -> str:
        return next((value for _, value in self.of("body")), "")

    def path(self, *, as_url: bool = False) -> str:
        """Return the path below the plugin's root: as a server sees it, or as a URL says it."""
        path = self.operation.path
        for each, value in self.of("path"):
            path = path.replace(f"{{{each.name}}}", quote(value, safe="") if as_url else value)
        return path

    def ask(self, request: PluginRequest, *, root: str, token: str) -> Answer:
        """Ask the plugin, as a client with that token would; with none if it is ""."""
        plugin = request.mount.plugin
        body, content_type = self.encoded()
        header = plugin.auth.header(token).partition(": ")[2]
        answer = ask(
            request,
            self.operation.method,
            self.path(),
            self.query,
            body,
            root=root,
            # As a server hands a header on: its bytes, one letter each.
            credential={credential_key(plugin): header.encode().decode("latin-1")} if token else {},
            content_type=content_type,
        )
        text = readable(answer.content)
        told = {name: answer.headers[name] for name in TOLD if name in answer.headers}
        return Answer(answer.status_code, told, text[:TEXT_MAX], len(text) > TEXT_MAX)

    def encoded(self) -> tuple[bytes, str]:
        """Return the body, and its type."""
        parts: list[tuple[str, Any]] = [(each.name, value) for each, value in self.of("part")]
        parts += [
            (each.name, (file.name, file.read(), file.content_type))
            for each in self.operation.inputs
            if (file := self.files.get(each.sent_as))
        ]
        if any(each.place == "part" for each in self.operation.inputs):
            return encode_multipart_formdata(parts)
        return self.body.encode(), JSON

    def as_curl(self, root: str, *, header: str) -> str:
        """Return the command that asks the same; the file of a form by the name of an example."""
        data = ["-H", f"Content-Type: {JSON}", "-d", compact(self.body)] if self.body else []
        for each in self.operation.inputs:
            if each.kind == "file":
                file = self.files.get(each.sent_as)
                data += ["-F", f"{each.name}=@{file.name if file else 'notes.txt'}"]
            elif each.place == "part" and (value := self.values.get(each.sent_as, "")):
                data += ["-F", f"{each.name}={value}"]
        words = ["curl"]
        if self.operation.method != ("POST" if data else "GET"):
            words += ["-X", self.operation.method]
        words.append(root + self.path(as_url=True) + (f"?{self.query}" if self.query else ""))
        words += ["-H", header] if header else []
        return shlex.join([*words, *data])


def opened(operation: Operation) -> Call:
    """Return the call that an operation opens with: its example."""
    values = {each.sent_as: each.value for each in operation.inputs}
    return Call(operation, values, {})


def compact(text: str) -> str:
    """Return JSON in one line; what is no JSON as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def readable(content: bytes) -> str:
    """Return JSON with a line for each thing in it; what is no JSON as it is."""
    text = content.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
