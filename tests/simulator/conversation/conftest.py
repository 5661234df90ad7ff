"""Ann, who talks with a scripted model about a plugin of notes, and an MCP server beside it."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from simulator import installing
from simulator.conversation.models import Conversation, Message
from simulator.manifest_plugin import ManifestPlugin
from simulator.mcp_server import MCPServer
from simulator.models import InstalledPlugin
from simulator.schemes import NoAuth
from tests.plugins.linter.served import DOCUMENT, MANIFEST, Served, changed, served
from tests.simulator.conversation.scripted_endpoint import (
    KEY,
    ScriptedEndpoint,
    scripted_endpoint,
)

BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/NewNote"}},
    },
}
NEW_NOTE = {
    "type": "object",
    "properties": {"note": {"type": "string", "nullable": True}},
    "required": ["note"],
}
ANSWER = {"200": {"description": "Done.", "content": {"application/json": {"schema": {}}}}}


def write(name: str, **more: Any) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": "Write",
        "description": f"{name} of notes.",
        "parameters": [
            {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "responses": ANSWER,
        **more,
    }


NOTES: Any = changed(
    DOCUMENT,
    {
        "/paths/~1notes~1{name}/post": write("addNote", requestBody=BODY),
        "/components": {"schemas": {"NewNote": NEW_NOTE}},
    },
)
NOTES["paths"]["/tags/{name}"] = {
    "post": write("addTag", **{"x-openai-isConsequential": False}),
    "get": write("readSecret", **{"x-openai-isConsequential": True}),
}
UI = {"ui": {"resourceUri": "ui://notes/list.html"}}
TOOLS = [
    {
        "name": "listNotes",
        "description": "Lists the notes.",
        "inputSchema": {"type": "object", "properties": {"a.b": {"type": "string"}}},
        "annotations": {"readOnlyHint": True},
        "_meta": UI,
    },
    {"name": "dropNotes", "inputSchema": {"type": "object"}},
    {
        "name": "addNote",
        "inputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": False, "destructiveHint": False},
    },
]
WIDGET = {
    "contents": [
        {
            "uri": "ui://notes/list.html",
            "mimeType": "text/html;profile=mcp-app",
            "text": "<b>Notes</b>",
        }
    ]
}


@dataclass
class Talk:
    """One conversation, as its person has it in a browser without scripts."""

    client: Client
    url: str

    def get(self) -> str:
        return self.read(self.client.get(self.url))

    def source(self) -> str:
        """Return the page as it is written."""
        return str(self.client.get(self.url).text)

    def post(self, act: str, *, status: int = 302, **fields: str) -> str:
        response = self.client.post(f"{self.url}{act}/", fields)
        assert response.status_code == status, response.content
        return self.get() if status == 302 else self.read(response)

    def ask(self, question: str = "Well?") -> str:
        return self.post("ask", question=question)

    def decide(self, decision: str, **more: Any) -> str:
        [call] = re.findall(r'name="call" value="([^"]+)"', self.source())
        return self.post("decide", call=call, decision=decision, **more)

    def stream(self, act: str = "ask", **fields: str) -> list[dict[str, Any]]:
        """Post a form as the script does, and return the events."""
        response = self.client.post(
            f"{self.url}{act}/", fields or {"question": "Well?"}, headers={"Accept": STREAM}
        )
        assert response["Content-Type"] == STREAM, response.content
        body = b"".join(response).decode()
        return [json.loads(part.removeprefix("data: ")) for part in body.split("\n\n") if part]

    @staticmethod
    def read(response: Any) -> str:
        """Return the text of a page."""
        body = re.sub(r"<[^>]*>", " ", response.text)
        return " ".join(html.unescape(body).split())

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.get()

    @property
    def messages(self) -> list[Message]:
        return list(self.conversation.messages.all())


STREAM = "text/event-stream"


@pytest.fixture(scope="package")
def running_endpoint() -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint() as running:
        yield running


@pytest.fixture(scope="package")
def running_site() -> Iterator[Served]:
    with served() as running:
        running.serve_plugin(MANIFEST, NOTES)
        yield running


@pytest.fixture
def endpoint(running_endpoint: ScriptedEndpoint, settings: Any) -> ScriptedEndpoint:
    running_endpoint.forget()
    settings.CONVERSATION_OPENAI_URL = running_endpoint.url
    settings.CONVERSATION_OPENAI_KEY = KEY
    settings.CONVERSATION_OPENAI_MODEL = "scripted"
    return running_endpoint


@pytest.fixture
def site(running_site: Served, settings: Any) -> Served:
    """Notes, as a plugin and as an MCP server."""
    settings.DEBUG = True  # the plugin is on this machine
    settings.CONSOLE = True
    running_site.asked.clear()
    running_site.told.clear()
    running_site.serve("/notes/ann", {"notes": ["Buy milk"]})
    running_site.serve("/tags/ann", {"added": True})
    running_site.results = {
        "initialize": {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "notes", "version": "1"},
            "instructions": "Keeps notes.",
        },
        "tools/list": {"tools": TOOLS},
        "tools/call": {
            "content": [{"type": "text", "text": "Two notes."}],
            "structuredContent": {"notes": 2},
        },
        "resources/read": WIDGET,
    }
    return running_site


@pytest.fixture
def plugin(site: Served, ann: User) -> InstalledPlugin:
    subject = ManifestPlugin(f"{site.url}/.well-known/ai-plugin.json", *documents(site))
    return installing.save(subject, NoAuth({}), {}, name="notes", owner=ann)


@pytest.fixture
def server(site: Served, ann: User) -> InstalledPlugin:
    about = {**site.results["initialize"], "revision": "2025-11-25"}
    subject = MCPServer(f"{site.url}/mcp", about, site.results["tools/list"])
    return installing.save(subject, NoAuth({}), {}, name="server", owner=ann)


def documents(site: Served) -> list[Any]:
    paths = ("/.well-known/ai-plugin.json", "/openapi.json")
    return [json.loads(site.answers[path][2]) for path in paths]


def browser_of(user: User) -> Client:
    """Return the browser of somebody who sits at this machine."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def begin(owner: User, *plugins: InstalledPlugin, kind: str = "model") -> Talk:
    client = browser_of(owner)
    form = {"plugin": [each.pk for each in plugins], "kind": kind}
    response = client.post("/console/conversation/", form)
    assert response.status_code == 302, response.text
    return Talk(client, response["Location"])


@pytest.fixture
def talk(endpoint: ScriptedEndpoint, plugin: InstalledPlugin, ann: User) -> Talk:
    return begin(ann, plugin)


@pytest.fixture
def widget_talk(endpoint: ScriptedEndpoint, server: InstalledPlugin, ann: User) -> Talk:
    return begin(ann, server)


@pytest.fixture
def tour(plugin: InstalledPlugin, ann: User, settings: Any) -> Talk:
    settings.CONVERSATION_TOUR = "tests.simulator.conversation.tour.TOUR"
    return begin(ann, plugin, kind="tour")
