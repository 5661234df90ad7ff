"""Who reaches which documents: every scheme with every credential, and one person's for another."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from config.plugins import PLUGINS
from oauth_demo.models import Token
from retrieval.datastore import Datastore
from retrieval.models import Collection
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import CALLBACK, OAuthClient, connect, register

OPERATIONS: dict[str, tuple[str, str, Any]] = {
    "upsertDocuments": ("POST", "/upsert", {"documents": [{"id": "mine", "text": "words"}]}),
    "queryDocuments": ("POST", "/query", {"queries": [{"query": "words"}]}),
    "getDocument": ("GET", "/documents/mine", None),
    "search": ("GET", "/search?query=words", None),
    "fetch": ("GET", "/fetch?id=mine", None),
    "deleteDocuments": ("DELETE", "/delete", {"ids": ["mine"]}),
    "upsertFile": ("POST", "/upsert-file", None),
}
SLUGS = ["retrieval", "retrieval-none", "retrieval-user", "retrieval-oauth"]


@pytest.fixture
def credentials(ann: User) -> dict[str, str | None]:
    def token(slug: str, user: User | None) -> str:
        return Token.objects.issue(plugin=slug, name="x", user=user)[1]

    client = register("ChatGPT", CALLBACK)
    revoked, secret = Token.objects.issue(plugin="retrieval", name="old")
    revoked.revoke()
    return {
        "none": None,
        "rubbish": "rubbish",
        "retrieval": token("retrieval", None),
        "retrieval-user": token("retrieval-user", ann),
        "retrieval-oauth": access(ann, client, "retrieval:read retrieval:write"),
        "todo-service": token("todo-service", None),
        "todo-user": token("todo-user", ann),
        "revoked": secret,
    }


def access(person: User, client: OAuthClient, scope: str) -> str:
    response = connect(mount_of("retrieval-oauth"), person, client, scope=scope)
    return str(response["access_token"])


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("slug", SLUGS)
def test_every_scheme_takes_its_own_credential_and_no_other(
    slug: str, at: str, credentials: dict[str, str | None]
) -> None:
    mount = mount_of(slug, at)
    for name, token in credentials.items():
        let_in = slug == "retrieval-none" or name == slug
        for method, path, body in OPERATIONS.values():
            status = mount.call(method, path, body, token=token).status_code
            if let_in:
                assert status in (200, 400), (name, path)  # 400: the form without a file
            else:
                assert status == 401, (name, path)


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("retrieval:read", {"queryDocuments", "getDocument", "search", "fetch"}),
        ("retrieval:write", {"upsertDocuments", "deleteDocuments", "upsertFile"}),
    ],
)
def test_an_operation_needs_its_scope(ann: User, scope: str, allowed: set[str]) -> None:
    token = access(ann, register("ChatGPT", CALLBACK), scope)
    mount = mount_of("retrieval-oauth")
    for name, (method, path, body) in OPERATIONS.items():
        response = mount.call(method, path, body, token=token)
        assert (response.status_code != 403) == (name in allowed), name
        if name not in allowed:
            assert "insufficient_scope" in response["WWW-Authenticate"]


def owners(ann: User, bob: User) -> dict[str, tuple[Mount, str | None]]:
    user, oauth = mount_of("retrieval-user"), mount_of("retrieval-oauth")
    client = register("ChatGPT", CALLBACK)
    everything = "retrieval:read retrieval:write"

    def personal(person: User) -> str:
        return Token.objects.issue(plugin="retrieval-user", name="x", user=person)[1]

    return {
        "service": (
            mount_of("retrieval"),
            Token.objects.issue(plugin="retrieval", name="x")[1],
        ),
        "everybody": (mount_of("retrieval-none"), None),
        "ann by token": (user, personal(ann)),
        "bob by token": (user, personal(bob)),
        "ann by OAuth": (oauth, access(ann, client, everything)),
        "bob by OAuth": (oauth, access(bob, client, everything)),
    }


def test_nobody_reaches_what_is_anothers(ann: User, bob: User) -> None:
    cast = owners(ann, bob)
    for name, (mount, token) in cast.items():
        body = {"documents": [{"id": "secret", "text": f"The secret of {name}."}]}
        assert mount.post("/upsert", body, token=token).status_code == 200
    assert Collection.objects.count() == len(cast)
    for name, (mount, token) in cast.items():
        question: Any = {"queries": [{"query": "What is the secret of whom?", "top_k": 50}]}
        [response] = mount.post("/query", question, token=token).json()["results"]
        assert [each["text"] for each in response["results"]] == [f"The secret of {name}."]
        whole = mount.get("/documents/secret", token=token).json()
        assert whole["text"] == f"The secret of {name}."
    victims = dict(cast)
    for name, (mount, token) in cast.items():
        del victims[name]
        assert mount.delete("/delete", {"delete_all": True}, token=token).json()["deleted"] == 1
        for other, (theirs, key) in victims.items():
            assert theirs.get("/documents/secret", token=key).status_code == 200, other


def test_documents_go_with_the_account_and_no_namesake_finds_them(ann: User) -> None:
    for store in ("retrieval-user", "retrieval-oauth"):
        Datastore(store, "ann").upsert([])
    from retrieval.datastore import NewDocument

    Datastore("retrieval-user", "ann").upsert([NewDocument(text="hers")])
    ann.delete()
    User.objects.create_user("ann", password="another-password")
    assert Datastore("retrieval-user", "ann").documents().count() == 0


def test_the_document_offers_what_the_declaration_chooses() -> None:
    from plugins.openapi import generate

    offered = {
        plugin.slug: {
            operation["operationId"]
            for operations in generate(plugin)[0]["paths"].values()
            for operation in operations.values()
        }
        for plugin in PLUGINS
        if plugin.slug in SLUGS
    }
    reading = {"queryDocuments", "getDocument"}
    connecting = {"search", "fetch"}
    assert offered == {
        "retrieval": reading,
        "retrieval-none": reading | connecting,
        "retrieval-user": reading | {"upsertDocuments"},
        "retrieval-oauth": reading | {"upsertDocuments"} | connecting,
    }
