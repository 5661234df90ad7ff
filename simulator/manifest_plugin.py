"""A plugin with a manifest and an OpenAPI document, installed and called as ChatGPT did it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.hosts import joined, parts_of
from plugins.linter.checking import manifest_url
from plugins.linter.document import Document
from plugins.linter.manifest import Manifest
from plugins.linter.reading import UnreadableError, read_object
from plugins.linter.rules import shown
from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import STEP_SECONDS, TracedFetcher
from simulator.oauth.scheme import OAuth
from simulator.openapi import OpenAPIOperation
from simulator.schemes import Given, NoAuth, Scheme, ServiceHTTP, UserHTTP
from simulator.subject import Subject

SCHEMES: Mapping[str, type[Scheme]] = {
    each.slug: each for each in (NoAuth, ServiceHTTP, UserHTTP, OAuth)
}


@dataclass(frozen=True)
class ManifestPlugin(Subject):
    kind = "plugin"

    @classmethod
    def find(cls, url: str, fetcher: TracedFetcher) -> "ManifestPlugin":
        url, manifest = read(fetcher.to(reasons.MANIFEST), manifest_url(url))
        api_url = Manifest(url, manifest).urls.get("/api/url")
        if not api_url:
            raise StepError(f"The manifest at {url} names no document. Give its URL in api.url.")
        _, document = read(fetcher.to(reasons.DOCUMENT), joined(url, api_url), yaml_too=True)
        return cls(url, manifest, document)

    @property
    def name(self) -> str:
        return str(self.manifest.get("name_for_model") or parts_of(self.url).hostname)

    @property
    def title(self) -> str:
        return str(self.manifest.get("name_for_human") or self.name)

    @property
    def description(self) -> str:
        return str(self.manifest.get("description_for_model") or "")

    @property
    def auth(self) -> Mapping[str, Any]:
        return Manifest(self.url, self.manifest).auth

    def scheme(self, fetcher: TracedFetcher, given: Given) -> Scheme:
        kind = str(self.auth.get("type"))
        if kind not in SCHEMES:
            raise StepError(f"Its auth.type is {shown(kind)}. Use one of {', '.join(SCHEMES)}.")
        return SCHEMES[kind].of_manifest(self.url, self.auth, fetcher.within(STEP_SECONDS))

    def read(self, fetcher: TracedFetcher, headers: Mapping[str, str]) -> "ManifestPlugin":
        return self

    @cached_property
    def operations(self) -> tuple[OpenAPIOperation, ...]:
        url = joined(self.url, str(Manifest(self.url, self.manifest).api.get("url")))
        document = Document(url, self.document)
        return tuple(OpenAPIOperation(each, document, self.url) for each in document.operations)

    def is_verified(self, fetcher: TracedFetcher, token: str) -> bool:
        _, manifest = read(fetcher.to(reasons.VERIFY), self.url)
        tokens = Manifest(self.url, manifest).auth.get("verification_tokens")
        return isinstance(tokens, Mapping) and token in tokens.values()

    @property
    def can_be_verified(self) -> bool:
        kind = str(self.auth.get("type"))
        return kind in SCHEMES and SCHEMES[kind].is_verified


def read(
    fetcher: TracedFetcher, url: str, *, yaml_too: bool = False
) -> tuple[str, Mapping[str, Any]]:
    """Return the document at a URL, and where it stood at last; raises StepError, FetchError."""
    fetched = fetcher.get(url)
    try:
        return fetched.url, read_object(fetched, yaml_too=yaml_too)
    except UnreadableError as error:
        raise StepError(f"{url} is no document: {error}") from error
