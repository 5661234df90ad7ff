"""An MCP server as a client meets it, by Streamable HTTP, in both eras of the protocol."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from api.fetching import Fetched, Fetcher, FetchError
from plugins.linter.purposes import Purpose
from plugins.linter.reading import is_deep

LEGACY, MODERN = "2025-11-25", "2026-07-28"
CLIENT = {"name": "check_plugin", "version": "1"}


@dataclass(frozen=True)
class Server:
    """An MCP server as a client meets it, by Streamable HTTP."""

    url: str
    fetcher: Fetcher
    token: str = field(default="", repr=False)

    def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        era: str,
        session: str = "",
        purpose: Purpose | None = None,
    ) -> Fetched:
        """Send one request or notification, as a client of an era does; raises FetchError."""
        headers = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            **self.headers(era, session),
        }
        sent = dict(params)
        if era == MODERN:
            headers["Mcp-Method"] = method
            if isinstance(name := sent.get("name", sent.get("uri")), str):
                headers["Mcp-Name"] = name
            sent["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": CLIENT,
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": sent}
        if not method.startswith("notifications/"):
            message["id"] = 1
        fetcher = self.fetcher.asking(purpose or Purpose(method))
        return fetcher.send("POST", self.url, headers=headers, body=orjson.dumps(message))

    def headers(self, era: str, session: str) -> dict[str, str]:
        headers = {"MCP-Protocol-Version": era}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if session:
            headers["Mcp-Session-Id"] = session
        return headers

    def leave(self) -> None:
        """End the session, if there is one; a server need not let clients (2025-11-25)."""
        handshake = self.__dict__.get("handshake")  # if it was asked for
        if handshake is None or not (session := handshake.header("mcp-session-id")):
            return
        headers = self.headers(str((self.legacy or {}).get("protocolVersion", LEGACY)), session)
        with suppress(FetchError):
            self.fetcher.asking(Purpose.MCP_LEAVE).send("DELETE", self.url, headers=headers)

    def result(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the result of a request in the newest era that answers; None where none does."""
        try:
            return result_of(self.ask(method, params or {}, era=self.era, session=self.session))
        except FetchError:
            return None

    @cached_property
    def met(self) -> Fetched | FetchError:
        """What a request without a credential is answered, or why there is no answer."""
        stranger = Server(self.url, self.fetcher)
        try:
            return stranger.ask("tools/list", {}, era=LEGACY, purpose=Purpose.MCP_BARE)
        except FetchError as error:
            return error

    @property
    def bare(self) -> Fetched | None:
        return self.met if isinstance(self.met, Fetched) else None

    @cached_property
    def is_protected(self) -> bool:
        return self.bare is not None and self.bare.status == 401

    @cached_property
    def modern(self) -> dict[str, Any] | None:
        """What `server/discover` answers."""
        try:
            return result_of(self.ask("server/discover", {}, era=MODERN))
        except FetchError:
            return None

    @cached_property
    def handshake(self) -> Fetched | None:
        """What `initialize` answers; a server with sessions wants to hear that it was read."""
        params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT}
        try:
            answer = self.ask("initialize", params, era=LEGACY)
            if (agreed := result_of(answer)) is not None:
                era, session = str(agreed.get("protocolVersion")), answer.header("mcp-session-id")
                self.ask("notifications/initialized", {}, era=era, session=session)
            return answer
        except FetchError:
            return None

    @property
    def era(self) -> str:
        """The revision of further requests: the newest, else the one that was agreed on."""
        if self.modern:
            return MODERN
        return str((self.legacy or {}).get("protocolVersion", LEGACY))

    @property
    def session(self) -> str:
        if self.modern or self.handshake is None:
            return ""
        return self.handshake.header("mcp-session-id")

    @cached_property
    def legacy(self) -> dict[str, Any] | None:
        return result_of(self.handshake) if self.handshake else None

    @cached_property
    def about(self) -> dict[str, Any]:
        """What it says of itself: capabilities, instructions."""
        return self.modern or self.legacy or {}

    @cached_property
    def tools(self) -> list[Mapping[str, Any]] | None:
        """The tools, page after page; None where they are not told."""
        tools: list[Mapping[str, Any]] = []
        params: dict[str, Any] = {}
        for _ in range(20):
            page = self.result("tools/list", params)
            if page is None or not isinstance(page.get("tools"), list):
                return None
            tools += [tool for tool in page["tools"] if isinstance(tool, Mapping)]
            if not isinstance(page.get("nextCursor"), str):
                break
            params = {"cursor": page["nextCursor"]}
        return tools


def result_of(answer: Fetched) -> dict[str, Any] | None:
    """Return the result in an answer, which may be an event stream; None where there is none."""
    bodies = [answer.body]
    if "text/event-stream" in answer.header("content-type"):
        lines = answer.body.splitlines()
        bodies = [line.removeprefix(b"data:").strip() for line in lines if line[:5] == b"data:"]
    for body in bodies:
        try:
            message = orjson.loads(body)
        except ValueError:
            continue
        if is_deep(message):
            continue
        if isinstance(message, dict) and isinstance(message.get("result"), dict):
            result: dict[str, Any] = message["result"]
            return result
    return None


def metadata_url(server: Server) -> str | None:
    """Return where the challenge says the resource's metadata is."""
    if server.bare is None or not server.is_protected:
        return None
    _, found, rest = server.bare.header("www-authenticate").partition('resource_metadata="')
    return rest.partition('"')[0] if found else None


def document(server: Server, url: str, purpose: Purpose) -> dict[str, Any] | None:
    try:
        answer = server.fetcher.asking(purpose).get(url)
        found = orjson.loads(answer.body)
    except (FetchError, ValueError):
        return None
    return found if answer.status == 200 and isinstance(found, dict) else None
