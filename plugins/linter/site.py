"""The rules of a plugin's answers, which take requests to find out, and change nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from api.fetching import Fetched, Fetcher, FetchError
from api.hosts import is_loopback, parts_of
from plugins.linter.document import Document, Operation
from plugins.linter.manifest import Manifest
from plugins.linter.purposes import Purpose
from plugins.linter.rules import Level, Problem, Rules, shown

ORIGINS = ("https://chat.openai.com", "https://chatgpt.com")


@dataclass(frozen=True)
class Site:
    """A plugin that answers, and what it says of itself."""

    fetcher: Fetcher
    manifest: Manifest
    document: Document

    @property
    def is_local(self) -> bool:
        return is_loopback(self.manifest.url)

    def sent(
        self, purpose: Purpose, url: str, *, method: str = "GET", **headers: str
    ) -> Fetched | None:
        """Return an answer; None where there is none, which other rules tell of."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return self.fetcher.asking(purpose).send(method, url, headers=named)
        except FetchError:
            return None

    @property
    def harmless(self) -> tuple[Operation, str] | None:
        """An operation that reads, and a URL of it; None where all change something."""
        for operation in self.document.operations:
            if operation.method == "get" and self.document.servers:
                return operation, self.document.servers[0].rstrip("/") + filled(operation)
        return None


def filled(operation: Operation) -> str:
    """Return the path and query of an operation, with the examples of what it requires."""
    path, query = operation.path, []
    for parameter in operation.parameters:
        name, value = str(parameter.get("name")), quote(str(example(parameter)), safe="")
        if parameter.get("in") == "path":
            path = path.replace(f"{{{name}}}", value)
        elif parameter.get("in") == "query" and parameter.get("required"):
            query.append(f"{quote(name)}={value}")
    return path + (f"?{'&'.join(query)}" if query else "")


def example(parameter: Any) -> Any:
    schema = parameter.get("schema")
    schema = schema if isinstance(schema, dict) else {}
    for value in (parameter.get("example"), schema.get("example"), schema.get("default")):
        if value is not None:
            return value
    enum = schema.get("enum")
    if isinstance(enum, list) and enum:
        return enum[0]
    return 1 if schema.get("type") in ("integer", "number") else "example"


RULES: Rules[Site] = Rules("http")


@RULES.rule(Level.ERROR, "A plugin on this machine lets ChatGPT's pages read its documents.")
def cors(site: Site) -> Iterator[Problem]:
    if not site.is_local:
        return
    for url in (site.manifest.url, site.document.url):
        for origin in ORIGINS:
            answer = site.sent(Purpose.CORS, url, Origin=origin)
            allowed = answer.header("access-control-allow-origin") if answer else origin
            if allowed not in (origin, "*"):
                mend = f"Answer it with Access-Control-Allow-Origin: {origin}."
                yield url, f"no permission for {origin}", mend


@RULES.rule(Level.WARNING, "A plugin on this machine answers the preflight for a private network.")
def private_network(site: Site) -> Iterator[Problem]:
    if not site.is_local:
        return
    for origin in ORIGINS:
        answer = site.sent(
            Purpose.PREFLIGHT,
            site.document.url,
            method="OPTIONS",
            Origin=origin,
            Access_Control_Request_Method="GET",
            Access_Control_Request_Private_Network="true",
        )
        if answer and answer.header("access-control-allow-private-network") != "true":
            mend = "Answer OPTIONS with Access-Control-Allow-Private-Network: true."
            yield site.document.url, f"no permission for {origin}", mend


@RULES.rule(Level.WARNING, "Each document says what it is.")
def content_types(site: Site) -> Iterator[Problem]:
    answer = site.sent(Purpose.CONTENT_TYPE, site.manifest.url)
    if answer and "json" not in answer.header("content-type"):
        yield site.manifest.url, shown(answer.header("content-type")), "Send application/json."


@RULES.rule(Level.WARNING, "The page with the legal information is there.")
def legal(site: Site) -> Iterator[Problem]:
    url = site.manifest.urls.get("/legal_info_url")
    if url and parts_of(url).scheme in ("http", "https"):
        answer = site.sent(Purpose.LEGAL, url)
        if answer is None or answer.status != 200:
            found = f"HTTP status {answer.status}" if answer else "no answer"
            yield url, found, "Serve a page there: ChatGPT links to it."


@RULES.rule(Level.ERROR, "Whoever bears no token is refused, with a challenge.")
def challenge(site: Site) -> Iterator[Problem]:
    if site.manifest.auth.get("type") in (None, "none") or not site.harmless:
        return
    operation, url = site.harmless
    answer = site.sent(Purpose.BARE_CALL, url)
    if answer is None:
        yield operation.at, "no answer", "Let the API answer at the server that it names."
    elif answer.status != 401:
        mend = "Refuse calls without a token by 401: what is not asked for is not protected."
        yield operation.at, f"HTTP status {answer.status} without a token", mend
    elif not answer.header("www-authenticate"):
        yield operation.at, "a 401 without WWW-Authenticate", "Add: WWW-Authenticate: Bearer"


@RULES.rule(Level.ERROR, "An open plugin answers, in JSON.")
def answers(site: Site) -> Iterator[Problem]:
    if site.manifest.auth.get("type") != "none" or not site.harmless:
        return
    operation, url = site.harmless
    answer = site.sent(Purpose.BARE_CALL, url)
    if answer is None:
        yield operation.at, f"no answer from {url}", "Let the API answer at the server it names."
    elif answer.status >= 500:
        yield operation.at, f"HTTP status {answer.status}", "See the server's log."
    elif not is_json(answer):
        found = shown(answer.header("content-type") or "no Content-Type")
        yield operation.at, found, "Answer in JSON, errors too."


@RULES.rule(Level.WARNING, "Refusals are JSON, which a model can read.")
def errors(site: Site) -> Iterator[Problem]:
    for server in site.document.servers[:1]:
        answer = site.sent(Purpose.NO_SUCH_PATH, f"{server.rstrip('/')}/there-is-no-such-path")
        if answer and answer.status >= 400 and not is_json(answer):
            found = f"{answer.status} as {answer.header('content-type') or 'nothing'}"
            yield server, found, 'Answer errors in JSON too, such as {"detail": "…"}.'


@RULES.rule(
    Level.WARNING, "What the authorization server says of itself is what the manifest says."
)
def metadata(site: Site) -> Iterator[Problem]:
    auth = site.manifest.auth
    if auth.get("type") != "oauth":
        return
    base = parts_of(site.manifest.url)
    root = base.path.removesuffix("/.well-known/ai-plugin.json")
    url = f"{base.scheme}://{base.netloc}/.well-known/oauth-authorization-server{root}"
    answer = site.sent(Purpose.SERVER_METADATA, url)
    if answer is None or answer.status != 200 or not is_json(answer):
        return
    said = orjson.loads(answer.body)
    for name, place in (
        ("authorization_endpoint", "client_url"),
        ("token_endpoint", "authorization_url"),
    ):
        if isinstance(said, dict) and said.get(name) != auth.get(place):
            found = f"{name} is {shown(said.get(name))}"
            yield url, found, f"Say {shown(auth.get(place))}, as the manifest does."


def is_json(answer: Fetched) -> bool:
    try:
        orjson.loads(answer.body)
    except ValueError:
        return False
    return "json" in answer.header("content-type")
