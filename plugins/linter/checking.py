"""From an address to what is wrong there: fetches as ChatGPT did, and applies the rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from api.fetching import Fetched, Fetcher, FetchError
from api.hosts import is_loopback, joined, parts_of
from plugins.linter import document_rules, logo, manifest, mcp_rules, site
from plugins.linter.document import Document
from plugins.linter.mcp_server import Server
from plugins.linter.purposes import Purpose
from plugins.linter.reading import UnreadableError, read_object
from plugins.linter.rules import Finding, Level

ORDER = list(Level)
CHECK_SECONDS = 60.0
"""How long all answers may take together."""


@dataclass(frozen=True)
class Report:
    """What a check found, worst first."""

    url: str
    kind: str
    """What stands there, in words."""
    findings: tuple[Finding, ...]

    def count(self, level: Level) -> int:
        return sum(finding.level is level for finding in self.findings)

    @property
    def counts(self) -> str:
        """How many there are of each level, in words; "" for none."""
        counted = ((self.count(level), level) for level in Level)
        return ", ".join(counted_in_words(count, level) for count, level in counted if count)


def counted_in_words(count: int, level: Level) -> str:
    ending = "" if count == 1 else "s"
    if level is Level.ADVICE:
        return f"{count} piece{ending} of advice"
    return f"{count} {level.value}{ending}"


def check(address: str, *, fetcher: Fetcher, token: str = "") -> Report:
    """Check the plugin, manifest or MCP server at an address."""
    url = completed(address)
    fetcher = fetcher.within(CHECK_SECONDS)
    if is_mcp(url):
        server = Server(url, fetcher, token)
        findings = chain(mcp_rules.RULES.check(server), too_late(url, fetcher))
        found = report(url, "MCP server", findings)
        server.leave()
        return found
    url = manifest_url(url)
    return report(url, "plugin", chain(check_plugin(url, fetcher), too_late(url, fetcher)))


def too_late(url: str, fetcher: Fetcher) -> Iterator[Finding]:
    """Say that it was not all looked at; evaluated when all else is."""
    if fetcher.is_over:
        found = f"its answers took longer than {CHECK_SECONDS:g} seconds together"
        mend = "Let it answer sooner: what came too late was not looked at."
        yield Finding("check.time", Level.ERROR, url, found, mend)


def is_mcp(url: str) -> bool:
    """Say whether a URL is an MCP server's."""
    return parts_of(url).path.rstrip("/").endswith("/mcp")


def manifest_url(url: str) -> str:
    """Return where a plugin's manifest is, by its URL or the plugin's."""
    if parts_of(url).path.endswith(".json"):
        return url
    return f"{url.rstrip('/')}{manifest.WELL_KNOWN}"


def completed(address: str) -> str:
    """Return the whole URL that somebody means: https, but http on this machine."""
    if "://" in address:
        return address
    local = is_loopback(f"http://{address}")
    return f"{'http' if local else 'https'}://{address}"


def report(url: str, kind: str, findings: Iterator[Finding]) -> Report:
    return Report(url, kind, tuple(sorted(findings, key=lambda each: ORDER.index(each.level))))


def check_plugin(url: str, fetcher: Fetcher) -> Iterator[Finding]:
    try:
        fetched = fetcher.asking(Purpose.MANIFEST).get(url)
        found = manifest.Manifest(fetched.url, read_object(fetched))
    except (FetchError, UnreadableError) as error:
        yield unread("manifest.read", url, error)
        return
    yield from manifest.RULES.check(found)
    yield from check_logo(found, fetcher)
    api_url = found.urls.get("/api/url")
    if api_url is None:
        return
    try:
        fetched = fetcher.asking(Purpose.DOCUMENT).get(joined(found.url, api_url))
        described = Document(fetched.url, read_object(fetched, yaml_too=True))
    except (FetchError, UnreadableError) as error:
        yield unread("openapi.read", api_url, error)
        return
    yield from document_rules.VALIDITY.check(described)
    yield from document_rules.RULES.check(described)
    yield from site.RULES.check(site.Site(fetcher, found, described))


def check_logo(found: manifest.Manifest, fetcher: Fetcher) -> Iterator[Finding]:
    url = found.urls.get("/logo_url")
    if url is None:
        return
    try:
        fetched: Fetched = fetcher.asking(Purpose.LOGO).get(joined(found.url, url))
    except FetchError as error:
        yield unread("logo.read", url, error)
        return
    if fetched.status != 200:
        status = UnreadableError(f"HTTP status {fetched.status}", "Serve the logo there, with 200.")
        yield unread("logo.read", url, status)
        return
    yield from logo.RULES.check(logo.Logo(url, fetched.header("content-type"), fetched.body))


def unread(rule: str, at: str, error: FetchError | UnreadableError) -> Finding:
    """Return the finding for what cannot be read at all."""
    if isinstance(error, UnreadableError):
        return Finding(rule, Level.ERROR, at, error.found, error.mend)
    return Finding(rule, Level.ERROR, at, str(error), "Let it answer within 15 seconds.")
