"""A plugin that says endlessly much gets a page that ends, and soon."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from api.fetching import Fetched
from plugins.linter.reading import DEPTH_MAX, UnreadableError, read_object
from simulator.console.arguments import SHOWN_MAX
from simulator.console.keeping import HEADER_MAX, HEADERS_MAX, as_json, read
from simulator.console.page import FORMS_MAX
from simulator.console.progress import Progress
from simulator.conversation.given import FUNCTIONS_MAX, TOOLS_MAX
from simulator.masking import MASK, VALUES_MAX, masked
from simulator.models import Attempt, Conversation, InstalledPlugin
from simulator.trace import Exchange, Why

pytestmark = pytest.mark.django_db

ADDRESS = "http://notes.example/.well-known/ai-plugin.json"
MANIFEST = {
    "name_for_model": "notes",
    "auth": {"type": "none"},
    "api": {"url": "http://notes.example/openapi.json"},
}
MANY = 300


@pytest.fixture
def client(ann: User, settings: Any) -> Client:
    settings.DEBUG, settings.CONSOLE, settings.PUBLIC_URLS = True, True, []
    client = Client(headers={"host": "localhost"})
    client.force_login(ann)
    return client


def install(owner: User, document: Mapping[str, Any]) -> InstalledPlugin:
    installed = InstalledPlugin(
        owner=owner, name="notes", address=ADDRESS, kind="plugin", scheme="none"
    )
    installed.manifest, installed.document = MANIFEST, document
    installed.details, installed.secrets = {"scheme": {}, "verification_token": ""}, {}
    installed.save()
    attempt = Attempt(owner=owner, name="notes", address=ADDRESS, installed=installed)
    attempt.progress, attempt.trace = Progress().as_json(), []
    attempt.save()
    return installed


def document(schema: Mapping[str, Any], *, paths: int = 1, parameters: int = MANY) -> Any:
    """Return one that says a schema once, and means it in many places."""
    taken = [
        {"name": f"p{number}", "in": "query", "schema": {"$ref": "#/schema"}}
        for number in range(parameters)
    ]
    paths_of = {
        f"/{number}": {"get": {"operationId": f"get{number}", "parameters": taken}}
        for number in range(paths)
    }
    return {"paths": paths_of, "schema": schema}


SCHEMAS = {
    "choices": {"type": "string", "enum": [f"{number}" for number in range(MANY)]},
    "a choice": {"type": "string", "enum": ["x" * 20_000]},
    "an example": {"type": "string", "example": "x" * 20_000},
    "nothing": {},
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_the_forms_of_a_plugin_end(client: Client, ann: User, schema: dict[str, Any]) -> None:
    install(ann, document(schema, paths=60))
    page = client.get("/console/plugins/notes/")
    assert page.status_code == 200
    assert len(page.content) < 3 * FORMS_MAX
    assert f"It takes {MANY - SHOWN_MAX} more arguments" in page.text
    assert f"It takes {MANY} more arguments" in page.text


def test_what_a_model_is_given_ends(client: Client, ann: User) -> None:
    text = {"type": "string", "description": "x" * 2_000}
    schema = {"type": "object", "properties": {f"p{number}": text for number in range(50)}}
    installed = install(ann, document(schema, paths=2 * FUNCTIONS_MAX, parameters=3))
    conversation = Conversation.objects.create(owner=ann, is_tour=True)
    conversation.plugins.set([installed])
    page = client.get(f"/console/conversation/{conversation.key}/")
    assert page.status_code == 200
    assert len(page.content) < 3 * TOOLS_MAX
    assert "more operations are not given" in page.text


def test_half_a_letter_in_a_document_is_shown_as_none(client: Client, ann: User) -> None:
    installed = install(ann, document({"description": "\ud800"}, parameters=1))
    conversation = Conversation.objects.create(owner=ann, is_tour=True)
    conversation.plugins.set([installed])
    assert client.get("/console/plugins/notes/").status_code == 200
    assert client.get(f"/console/conversation/{conversation.key}/").status_code == 200


@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")])
def test_a_document_nests_no_deeper_than_can_be_kept(opened: str, closed: str) -> None:
    def fetched(depth: int) -> Fetched:
        text = '{"a":' + opened * depth + "1" + closed * depth + "}"
        return Fetched(ADDRESS, 200, {}, text.encode())

    assert read_object(fetched(DEPTH_MAX - 1))
    with pytest.raises(UnreadableError, match="nested too deep"):
        read_object(fetched(DEPTH_MAX))


def answered(headers: Mapping[str, str], body: bytes = b"") -> Exchange:
    return Exchange(
        why=Why("Asks.", ""),
        method="GET",
        url="http://notes.example/",
        started=timezone.now(),
        answer=Fetched("http://notes.example/", 200, headers, body),
    )


def test_headers_are_kept_up_to_a_length_and_a_number() -> None:
    long = answered({f"x-{number}": "v" * 60_000 for number in range(90)})
    answer = read(as_json(1, "find", long)).exchange.answer
    assert answer
    assert len(answer.headers) == HEADERS_MAX + 1
    assert answer.headers["(not kept)"] == f"{90 - HEADERS_MAX} more headers"
    assert len(answer.headers["x-0"]) == HEADER_MAX + len(" (cut)")


def test_what_was_sent_is_masked_however_many_secrets_are_answered() -> None:
    flood = json.dumps([{"token": f"{number:08}"} for number in range(3 * VALUES_MAX)]).encode()
    sent = Exchange(
        why=Why("Asks.", ""),
        method="GET",
        url="http://notes.example/",
        headers={"Authorization": "Bearer sent-secret"},
        started=timezone.now(),
        answer=Fetched("http://notes.example/", 200, {}, b"You sent sent-secret."),
    )
    many, shown = masked([answered({"content-type": "application/json"}, flood), sent])
    assert many.answer
    assert many.answer.body.count(MASK.encode()) == 3 * VALUES_MAX
    assert shown.answer
    assert shown.answer.body == f"You sent {MASK}.".encode()


def test_half_a_letter_in_a_secret_is_masked() -> None:
    [shown] = masked([answered({}, b'{"token": "\\ud800 secret"}')])
    assert shown.answer
    assert shown.answer.body == b'{"token": "***"}'


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 30, "-1", "x"])
def test_a_number_that_is_none_of_theirs_is_no_fault_of_the_site(
    client: Client, ann: User, number: str
) -> None:
    install(ann, document({}))
    revealed = client.post("/console/plugins/notes/reveal/", {"number": number})
    assert revealed.status_code == 404
    begun = client.post("/console/conversation/", {"plugin": number, "kind": "tour"})
    assert (begun.status_code, "Choose one plugin" in begun.text) == (400, True)
