"""The rules of an MCP server: what clients ask of one (revisions 2025-11-25 and 2026-07-28)."""

from collections.abc import Iterator, Mapping

import jsonschema

from api.hosts import is_loopback, parts_of
from plugins.linter.document import walk
from plugins.linter.document_rules import TOOL_NAME
from plugins.linter.mcp_server import LEGACY, MODERN, Server, document, metadata_url
from plugins.linter.purposes import Purpose
from plugins.linter.rules import Level, Problem, Rules, shown
from plugins.patterns import is_portable

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
INSTRUCTIONS_SEEN = 512  # characters that every client shows to its model
WIDGET = "text/html;profile=mcp-app"

RULES: Rules[Server] = Rules("mcp")


@RULES.rule(Level.ERROR, "It answers, over https but on this machine.")
def answers(server: Server) -> Iterator[Problem]:
    if parts_of(server.url).scheme != "https" and not is_loopback(server.url):
        yield server.url, "plain http", "Serve it by https: plain http is for localhost alone."
    if server.bare is None:
        yield (
            server.url,
            f"no answer to a POST. {server.met}",
            "Let it answer JSON-RPC messages by POST there.",
        )
    elif not (server.modern or server.legacy or server.is_protected):
        found = f"HTTP status {server.bare.status} and no result of JSON-RPC"
        yield server.url, found, "Answer initialize, or server/discover."


@RULES.rule(Level.WARNING, "Clients of both eras are answered.")
def eras(server: Server) -> Iterator[Problem]:
    if not (server.modern or server.legacy):
        return
    if not server.modern:
        yield server.url, f"no answer to server/discover ({MODERN})", "Upgrade the server's SDK."
    if not server.legacy:
        yield server.url, f"no answer to initialize ({LEGACY})", "Answer older clients too."


@RULES.rule(Level.ERROR, "It has tools, and tells them.")
def tools(server: Server) -> Iterator[Problem]:
    if (server.modern or server.legacy) and not server.tools:
        if server.tools is None and server.is_protected and not server.token:
            return  # `credential` says so
        found = "no list" if server.tools is None else "an empty list"
        yield "tools/list", found, "Offer at least one tool."


@RULES.rule(Level.ADVICE, "What takes a credential to see was seen.")
def credential(server: Server) -> Iterator[Problem]:
    if server.is_protected and not server.tools:
        yield server.url, "tools that only a credential shows", "Give one with --token."


@RULES.rule(Level.WARNING, "The important part of the instructions comes first.")
def instructions(server: Server) -> Iterator[Problem]:
    text = server.about.get("instructions")
    if server.about and not text:
        yield "instructions", "none", "Say in a few sentences when a model should use the server."
    elif isinstance(text, str) and len(text) > 4 * INSTRUCTIONS_SEEN:
        mend = f"Clients cut them; put what matters into the first {INSTRUCTIONS_SEEN}."
        yield "instructions", f"{len(text)} characters", mend


@RULES.rule(Level.ERROR, "Each tool has a name of its own that clients take.")
def tool_names(server: Server) -> Iterator[Problem]:
    seen: set[str] = set()
    for tool in server.tools or ():
        name = str(tool.get("name"))
        if not TOOL_NAME.fullmatch(name):
            yield shown(name), "a name that clients drop", "Use letters, digits, _ . and -."
        if name in seen:
            yield name, "two tools of that name", "Give each its own."
        seen.add(name)


@RULES.rule(Level.WARNING, "Each tool says what it does.")
def tool_descriptions(server: Server) -> Iterator[Problem]:
    for tool in server.tools or ():
        if not str(tool.get("description") or "").strip():
            yield str(tool.get("name")), "no description", "Say what it does, and when to use it."


@RULES.rule(Level.ERROR, "Each schema is one of JSON Schema 2020-12, of an object.")
def tool_schemas(server: Server) -> Iterator[Problem]:
    for tool in server.tools or ():
        for name in ("inputSchema", "outputSchema"):
            schema = tool.get(name)
            at = f"{tool.get('name')} {name}"
            if schema is None and name == "outputSchema":
                continue
            if not isinstance(schema, Mapping) or schema.get("type") != "object":
                yield at, shown(schema, 60), 'Begin it with {"type": "object", …}.'
                continue
            try:
                jsonschema.Draft202012Validator.check_schema(dict(schema))
            except jsonschema.SchemaError as error:
                yield at, shown(error.message, 200), "Say it in words of JSON Schema 2020-12."


@RULES.rule(
    Level.WARNING, "Names and patterns within the schemas are those that every client takes."
)
def tool_properties(server: Server) -> Iterator[Problem]:
    for tool in server.tools or ():
        for at, schema in walk(str(tool.get("name")), tool.get("inputSchema")):
            properties = schema.get("properties")
            for name in map(str, properties if isinstance(properties, Mapping) else ()):
                if not TOOL_NAME.fullmatch(name):
                    yield at, shown(name), "Use letters, digits, _ . and -, 64 at most."
            if isinstance(pattern := schema.get("pattern"), str) and not is_portable(pattern):
                yield at, shown(pattern), "Write a pattern that RE2 takes, or none."


@RULES.rule(Level.WARNING, "Each tool says outright what it may do: all four hints.")
def tool_hints(server: Server) -> Iterator[Problem]:
    for tool in server.tools or ():
        hints = tool.get("annotations")
        hints = hints if isinstance(hints, Mapping) else {}
        if missing := [name for name in HINTS if not isinstance(hints.get(name), bool)]:
            mend = "Say each outright: clients ask a person before what may destroy."
            yield str(tool.get("name")), f"no {', '.join(missing)}", mend


@RULES.rule(Level.ERROR, "A refusal says where a client learns how to sign in.")
def challenge(server: Server) -> Iterator[Problem]:
    if server.bare is None or not server.is_protected:
        return
    said = server.bare.header("www-authenticate")
    if not said.lower().startswith("bearer"):
        yield server.url, shown(said or "no WWW-Authenticate"), "Challenge with Bearer (RFC 6750)."


@RULES.rule(Level.ERROR, "The protected resource's metadata is of this address.")
def resource_metadata(server: Server) -> Iterator[Problem]:
    if (url := metadata_url(server)) is None:
        return
    metadata = document(server, url, Purpose.RESOURCE_METADATA)
    if metadata is None:
        yield url, "no JSON object", "Serve the metadata of RFC 9728 there."
    elif str(metadata.get("resource")).rstrip("/") != server.url.rstrip("/"):
        found = f"resource is {shown(metadata.get('resource'))}"
        yield url, found, f"Say {server.url}: clients compare the two."
    elif not metadata.get("authorization_servers"):
        yield url, "no authorization_servers", "Name the issuer."


@RULES.rule(Level.ERROR, "The authorization server can be found, and takes S256.")
def server_metadata(server: Server) -> Iterator[Problem]:
    url = metadata_url(server)
    metadata = document(server, url, Purpose.RESOURCE_METADATA) if url else None
    issuers = metadata.get("authorization_servers") if metadata else None
    for issuer in map(str, issuers if isinstance(issuers, list) else ()):
        parts = parts_of(issuer)
        origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        places = [
            f"{origin}/.well-known/oauth-authorization-server{path}",
            f"{origin}/.well-known/openid-configuration{path}",
            f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        ]
        read = (document(server, place, Purpose.SERVER_METADATA) for place in places)
        said = next(filter(None, read), None)
        if said is None:
            yield places[0], "no metadata", "Serve the metadata of RFC 8414 there."
            continue
        if said.get("issuer") != issuer:
            yield places[0], f"issuer is {shown(said.get('issuer'))}", f"Say {issuer}."
        methods = said.get("code_challenge_methods_supported")
        if not isinstance(methods, list) or "S256" not in methods:
            mend = "Take S256: clients of MCP refuse a server without PKCE."
            yield places[0], f"code_challenge_methods_supported is {shown(methods)}", mend


@RULES.rule(Level.ERROR, "Each widget is there, and of the type that hosts show.")
def widgets(server: Server) -> Iterator[Problem]:
    for tool in server.tools or ():
        meta = tool.get("_meta")
        ui = meta.get("ui") if isinstance(meta, Mapping) else None
        uri = ui.get("resourceUri") if isinstance(ui, Mapping) else None
        if not isinstance(uri, str):
            continue
        read = server.result("resources/read", {"uri": uri})
        contents = read.get("contents") if read else None
        types = [each.get("mimeType") for each in contents or () if isinstance(each, Mapping)]
        if WIDGET not in types:
            found = f"{uri} is {', '.join(map(str, types)) or 'not there'}"
            yield str(tool.get("name")), found, f"Serve it by resources/read as {WIDGET}."
