"""What a plugin is.

A `Plugin` says everything about itself once; its manifest, OpenAPI document, routes, CORS
policy and pages are derived from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.urls import URLPattern

from api.personal_data import Kept
from plugins.auth import AuthScheme
from plugins.permissions import DocumentedQuery
from plugins.samples import Sample

CHATGPT_ORIGINS = ("https://chat.openai.com", "https://chatgpt.com")


class API:
    """An API that plugins can mount; a subclass is bound to a plugin by each method's argument."""

    title: ClassVar[str] = ""
    """What people call the plugins that mount it, where there are several: “Todo lists”."""
    summary: ClassVar[str] = ""
    """What all of these do, in a sentence."""
    samples: ClassVar[tuple[Sample, ...]] = ()
    """Requests to try it with, which its pages show in several languages; the first is an example
    by itself."""
    keeps_data: ClassVar[bool] = True
    """Whether it keeps what its callers send."""
    home: ClassVar[str] = ""
    """Names the one of its pages on which people see what it keeps for them; "" for none."""

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        """Return its URL patterns, bound by `as_view` to a plugin's store and protection."""
        raise NotImplementedError

    def pages(self, plugin: "Plugin") -> list[URLPattern]:
        """Return pages for people; the plugin's card links to those directly below it."""
        return []

    def opens_pages(self, plugin: "Plugin", user: Any) -> bool:
        """Tell whether who looks at the plugin's card may open these, once they have signed in."""
        return True

    def kept(self, plugin: "Plugin", username: str | None = None) -> Iterable[Kept]:
        """Say what it keeps for a plugin under a username, as many as there are; None is for all.

        `name` begins with the plugin's slug. What is said of a username, `erase` deletes.
        """
        return ()

    def usernames(self, plugin: "Plugin") -> int:
        """Count under how many usernames it keeps something for a plugin."""
        return 0

    def erase(self, plugin: "Plugin", username: str) -> None:
        """Delete what it keeps for a plugin under a username, whose account was deleted."""

    def seed(self, plugin: "Plugin", username: str) -> None:
        """Put something into an empty list of a development site, to try the plugin with."""


@dataclass(frozen=True, kw_only=True, eq=False)  # each is itself alone, and found in caches at once
class Plugin:
    """One plugin, as the site's list declares it.

    The limits of the texts are those of ChatGPT's manifest; `manage.py check` holds every
    plugin to them (`plugins/checks.py`).
    """

    slug: str
    """Names the plugin in paths, hosts, stores and commands."""
    name_for_human: str
    """20 characters at most."""
    name_for_model: str
    """Letters and digits, 50 at most, a letter first."""
    description_for_human: str
    """100 characters at most."""
    description_for_model: str
    """8,000 characters at most."""
    auth: AuthScheme
    api: API
    version: str = "1.0.0"
    """What it offers, by Semantic Versioning: clients keep what they know of a version."""
    cors_origins: tuple[str, ...] = CHATGPT_ORIGINS
    """Where browser scripts may come from that read the documents and call the API."""

    @property
    def store(self) -> str:
        """Names the data that this plugin alone may see."""
        return self.slug

    @cached_property
    def protection(self) -> Mapping[str, Any]:
        """Arguments of `APIView.as_view` that decide who, and which query, is let in."""
        protection = self.auth.protection(self)
        permissions = (*protection["permission_classes"], DocumentedQuery)
        return {**protection, "permission_classes": permissions}

    @cached_property
    def api_urls(self) -> list[URLPattern]:
        """The URL patterns of the API, bound to this plugin."""
        return self.api.urls(self)

    @cached_property
    def pages(self) -> list[URLPattern]:
        """The pages for people, bound to this plugin."""
        return self.api.pages(self)

    @cached_property
    def home(self) -> str:
        """The route of the page on which people see what is their own; "" where nothing is."""
        named = self.api.home and any(page.name == self.api.home for page in self.pages)
        return f"pages:{self.api.home}" if named and self.auth.callers == "people" else ""

    @property
    def logo(self) -> str:
        """The logo among the static files: a PNG of 512 × 512 pixels."""
        return f"logos/{self.slug}.png"
