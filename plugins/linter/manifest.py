"""The rules of a manifest: OpenAI's documentation of plugins, "Getting started"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from publicsuffixlist import PublicSuffixList

from api.hosts import is_loopback, parts_of
from plugins.linter.rules import Level, Problem, Rules, shown

WELL_KNOWN = "/.well-known/ai-plugin.json"
LENGTHS = {
    "name_for_human": 20,
    "description_for_human": 100,
    "description_for_model": 8_000,
}
TEXTS = (
    *("schema_version", "name_for_model", *LENGTHS),
    *("logo_url", "contact_email", "legal_info_url"),
)
AUTH_TYPES = ("none", "user_http", "service_http", "oauth")
CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")
OAUTH_URLS = ("client_url", "authorization_url")


@dataclass(frozen=True)
class Manifest:
    """A manifest, and the URL that it came from."""

    url: str
    document: Mapping[str, Any]

    @property
    def auth(self) -> Mapping[str, Any]:
        auth = self.document.get("auth")
        return auth if isinstance(auth, Mapping) else {}

    @property
    def api(self) -> Mapping[str, Any]:
        api = self.document.get("api")
        return api if isinstance(api, Mapping) else {}

    @property
    def urls(self) -> dict[str, str]:
        """The URLs in it that are text, each by its place."""
        places = {
            "/api/url": self.api.get("url"),
            "/logo_url": self.document.get("logo_url"),
            "/legal_info_url": self.document.get("legal_info_url"),
            **{f"/auth/{name}": self.auth.get(name) for name in OAUTH_URLS},
        }
        return {place: url for place, url in places.items() if isinstance(url, str) and url}


RULES: Rules[Manifest] = Rules("manifest")


@RULES.rule(Level.ERROR, "Every field that ChatGPT reads is there, as a text that is not empty.")
def fields(manifest: Manifest) -> Iterator[Problem]:
    for name in TEXTS:
        value = manifest.document.get(name)
        if name not in manifest.document:
            yield f"/{name}", "it is missing", "Add it."
        elif not isinstance(value, str) or not value.strip():
            yield f"/{name}", shown(value), "Give a text."
    for name in ("auth", "api"):
        if not isinstance(manifest.document.get(name), Mapping):
            yield f"/{name}", shown(manifest.document.get(name)), "Give an object."


@RULES.rule(Level.ADVICE, "There is nothing that ChatGPT does not read.")
def unknown_fields(manifest: Manifest) -> Iterator[Problem]:
    for name in sorted(set(map(str, manifest.document)) - {*TEXTS, "auth", "api"}):
        yield f"/{name}", "no client reads it", "Is it misspelt? Leave it out otherwise."


@RULES.rule(Level.ERROR, "The version of the schema is v1.")
def schema_version(manifest: Manifest) -> Iterator[Problem]:
    value = manifest.document.get("schema_version")
    if isinstance(value, str) and value != "v1":
        yield "/schema_version", shown(value), 'Write "v1".'


@RULES.rule(Level.ERROR, "A model can call the plugin by its name.")
def name_for_model(manifest: Manifest) -> Iterator[Problem]:
    value = manifest.document.get("name_for_model")
    if isinstance(value, str) and value and not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,49}", value):
        mend = "Use letters and digits only, a letter first, 50 characters at most."
        yield "/name_for_model", shown(value), mend


@RULES.rule(Level.ERROR, "No text is longer than ChatGPT takes it.")
def lengths(manifest: Manifest) -> Iterator[Problem]:
    for name, limit in LENGTHS.items():
        value = manifest.document.get(name)
        if isinstance(value, str) and len(value) > limit:
            yield f"/{name}", f"{len(value)} characters", f"Use {limit} at most."


@RULES.rule(Level.ERROR, "It authenticates in one of the four ways that ChatGPT knows.")
def auth(manifest: Manifest) -> Iterator[Problem]:
    kind = manifest.auth.get("type")
    if manifest.auth and kind not in AUTH_TYPES:
        yield "/auth/type", shown(kind), f"Use one of {', '.join(AUTH_TYPES)}."
    if kind in ("user_http", "service_http") and manifest.auth.get("authorization_type") not in (
        *("bearer", "basic"),
    ):
        found = shown(manifest.auth.get("authorization_type"))
        yield "/auth/authorization_type", found, 'Write "bearer".'
    if kind == "oauth":
        for name in OAUTH_URLS:
            if not isinstance(manifest.auth.get(name), str) or not manifest.auth[name]:
                yield f"/auth/{name}", shown(manifest.auth.get(name)), "Give the URL."
        if not isinstance(manifest.auth.get("scope"), str):
            mend = "Give the scopes in one text, or an empty one."
            yield "/auth/scope", shown(manifest.auth.get("scope")), mend
        content_type = manifest.auth.get("authorization_content_type")
        if content_type not in CONTENT_TYPES:
            found, mend = shown(content_type), f"Use one of {', '.join(CONTENT_TYPES)}."
            yield "/auth/authorization_content_type", found, mend


@RULES.rule(Level.WARNING, "A plugin with a service token or OAuth names a verification token.")
def verification_tokens(manifest: Manifest) -> Iterator[Problem]:
    if manifest.auth.get("type") not in ("service_http", "oauth"):
        return
    tokens = manifest.auth.get("verification_tokens")
    if not isinstance(tokens, Mapping) or not all(
        isinstance(each, str) for each in tokens.values()
    ):
        mend = 'Give an object, such as {"openai": "…"}.'
        yield "/auth/verification_tokens", shown(tokens), mend


@RULES.rule(Level.ERROR, "The API is described by OpenAPI.")
def api(manifest: Manifest) -> Iterator[Problem]:
    if manifest.api and manifest.api.get("type") != "openapi":
        yield "/api/type", shown(manifest.api.get("type")), 'Write "openapi".'
    if manifest.api and not isinstance(manifest.api.get("url"), str):
        yield "/api/url", shown(manifest.api.get("url")), "Give the URL of the document."


@RULES.rule(Level.ERROR, "Every URL is an absolute one, of https but on this machine.")
def https(manifest: Manifest) -> Iterator[Problem]:
    for place, url in {"": manifest.url, **manifest.urls}.items():
        parts = parts_of(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield place, shown(url), "Give the whole URL, https:// and host included."
        elif parts.scheme == "http" and not is_loopback(url):
            yield place, shown(url), "Serve it by https: plain http is for localhost alone."


@RULES.rule(Level.ERROR, "All of it is at the plugin's own domain, and so is its mailbox.")
def domain(manifest: Manifest) -> Iterator[Problem]:
    own = domain_of(parts_of(manifest.url).hostname or "")
    hosts = {place: parts_of(url).hostname or "" for place, url in manifest.urls.items()}
    email = manifest.document.get("contact_email")
    if isinstance(email, str) and email.count("@") == 1:
        hosts["/contact_email"] = email.partition("@")[2]
    elif isinstance(email, str) and email:
        yield "/contact_email", shown(email), "Give the address of a mailbox."
    for place, host in hosts.items():
        if host and domain_of(host) != own:
            yield place, shown(host), f"Use {own}, or a host below it."


@RULES.rule(Level.ADVICE, "It stands at the root of its host, where ChatGPT looked for it.")
def place(manifest: Manifest) -> Iterator[Problem]:
    path = parts_of(manifest.url).path
    if path != WELL_KNOWN:
        yield "", path, f"Serve it at {WELL_KNOWN} of a host of its own."


def domain_of(host: str) -> str:
    """Return the domain that somebody registers: the public suffix and the label before it."""
    host = host.lower().rstrip(".")
    if host in ("localhost", "::1") or host.endswith(".localhost"):
        return "localhost"
    if host.startswith("[") or host.replace(".", "").isdigit() or ":" in host:
        return host  # an address
    return suffixes().privatesuffix(host) or host


@cache
def suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=True)
