"""An MCP server, installed and called by the same steps."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from api.hosts import parts_of
from plugins.linter import mcp_server as mcp
from plugins.linter.document import listed
from simulator.answer import Answer, answer_of
from simulator.confirmation import Confirmation
from simulator.errors import StepError
from simulator.fetching import CALL_SECONDS, STEP_SECONDS, TracedFetcher
from simulator.oauth import discovery
from simulator.oauth.scheme import OAuth
from simulator.oauth.server import require_secure
from simulator.operation import Argument, example_of
from simulator.schemes import Given, NoAuth, Scheme, UserHTTP
from simulator.subject import Subject

SERVER_INFO = "io.modelcontextprotocol/serverInfo"


@dataclass(frozen=True)
class MCPServer(Subject):
    kind = "mcp"
    takes_tokens = True

    @classmethod
    def find(cls, url: str, fetcher: TracedFetcher) -> "MCPServer":
        return cls(url, {}, {})  # what it says of itself may take a credential to read

    @property
    def info(self) -> Mapping[str, Any]:
        """Who it says it is: in the result itself, or since 2026-07-28 in what is about it."""
        meta = self.manifest.get("_meta")
        modern = meta.get(SERVER_INFO) if isinstance(meta, Mapping) else None
        said = self.manifest.get("serverInfo", modern)
        return said if isinstance(said, Mapping) else {}

    @property
    def name(self) -> str:
        return str(self.info.get("name") or parts_of(self.url).hostname)

    @property
    def title(self) -> str:
        return str(self.info.get("title") or (self.name if self.manifest else "an MCP server"))

    @property
    def description(self) -> str:
        return str(self.manifest.get("instructions") or "")

    def scheme(self, fetcher: TracedFetcher, given: Given) -> Scheme:
        fetcher = fetcher.within(STEP_SECONDS)
        server = mcp.Server(self.url, fetcher)
        if server.bare is None:
            why = f"{self.url} does not answer a POST. Is it an MCP server's address? {server.met}"
            raise StepError(why)
        if not server.is_protected:
            return NoAuth({})
        if given.token:
            return UserHTTP({})
        url = mcp.metadata_url(server) or discovery.resource_metadata_url(self.url, fetcher)
        if url is None:
            return UserHTTP({})
        return OAuth(discovery.of_resource(self.url, url, fetcher).as_details())

    def read(self, fetcher: TracedFetcher, headers: Mapping[str, str]) -> "MCPServer":
        server = self.server(fetcher.within(STEP_SECONDS), headers)
        if server.tools is None:
            raise StepError(f"{self.url} tells no tools. `check_plugin {self.url}` says more.")
        about = {**server.about, "revision": server.era}
        server.leave()
        return replace(self, manifest=about, document={"tools": server.tools})

    def server(self, fetcher: TracedFetcher, headers: Mapping[str, str]) -> mcp.Server:
        require_secure(self.url)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        return mcp.Server(self.url, fetcher, token)

    @property
    def operations(self) -> tuple["Tool", ...]:
        return tuple(
            Tool(each, self) for each in listed(self.document, "tools") if isinstance(each, Mapping)
        )

    def is_verified(self, fetcher: TracedFetcher, token: str) -> bool:
        raise StepError("An MCP server has no verification token.")

    can_be_verified = False


@dataclass(frozen=True)
class Tool:
    tool: Mapping[str, Any]
    of: MCPServer

    @property
    def id(self) -> str:
        return str(self.tool.get("name"))

    @property
    def confirmation(self) -> Confirmation:
        """By the hints; what is not said is the worst (2025-11-25, ToolAnnotations)."""
        hints = self.tool.get("annotations")
        hints = hints if isinstance(hints, Mapping) else {}
        if hints.get("readOnlyHint") is True:
            return Confirmation.NEVER
        destroys = hints.get("destructiveHint") is not False
        return Confirmation.ALWAYS if destroys else Confirmation.UNTIL_ALLOWED

    @property
    def schema(self) -> Mapping[str, Any]:
        schema = self.tool.get("inputSchema")
        return schema if isinstance(schema, Mapping) else {}

    @property
    def widget(self) -> str:
        """The URI of its widget (SEP-1865); "" where it has none."""
        meta = self.tool.get("_meta")
        ui = meta.get("ui") if isinstance(meta, Mapping) else None
        uri = ui.get("resourceUri") if isinstance(ui, Mapping) else None
        return uri if isinstance(uri, str) and uri.startswith("ui://") else ""

    @property
    def arguments(self) -> tuple[Argument, ...]:
        schema = self.schema
        properties = schema.get("properties")
        return tuple(
            Argument(
                str(name),
                "body",
                each,
                name in listed(schema, "required"),
                str(each.get("description") or ""),
                example_of(each),
            )
            for name, said in (properties if isinstance(properties, Mapping) else {}).items()
            for each in (said if isinstance(said, Mapping) else {},)
        )

    @property
    def description(self) -> str:
        return str(self.tool.get("description") or self.tool.get("title") or "")

    @property
    def reads(self) -> bool:
        hints = self.tool.get("annotations")
        return isinstance(hints, Mapping) and hints.get("readOnlyHint") is True

    def call(
        self, fetcher: TracedFetcher, values: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        patient = replace(fetcher, seconds=CALL_SECONDS).within(CALL_SECONDS)
        server = self.of.server(patient, headers)
        era = self.of.manifest.get("revision", mcp.LEGACY)
        session = "" if era == mcp.MODERN else server.session
        params = {"name": self.id, "arguments": dict(values)}
        fetched = server.ask("tools/call", params, era=era, session=session)
        server.leave()
        result = mcp.result_of(fetched)
        if result is None:
            return answer_of(fetched, is_good=False)
        return answer_of(fetched, text=text_of(result), is_good=result.get("isError") is not True)


def text_of(result: Mapping[str, Any]) -> str:
    """Return what a model reads of a result: its texts, else what is structured."""
    texts = [
        str(each["text"])
        if each.get("type") == "text" and "text" in each
        else f"[{each.get('type')}]"
        for each in listed(result, "content")
        if isinstance(each, Mapping)
    ]
    if texts or "structuredContent" not in result:
        return "\n".join(texts)
    return orjson.dumps(result["structuredContent"]).decode()
