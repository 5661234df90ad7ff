"""The manifest, ai-plugin.json, by which ChatGPT found plugins; other clients may still."""

from typing import Any

from django.conf import settings

from plugins.mounts import PluginMount


def manifest(mount: PluginMount) -> dict[str, Any] | None:
    """Return a plugin's manifest at a mount.

    None when no manifest can say how it authenticates, or the site serves none.
    """
    auth = mount.plugin.auth.as_manifest(mount)
    if auth is None or not settings.AI_PLUGIN_MANIFEST:
        return None
    return described(mount, auth)


def described(mount: PluginMount, auth: dict[str, Any]) -> dict[str, Any]:
    """Return what a manifest says, with how the plugin authenticates."""
    plugin = mount.plugin
    return {
        "schema_version": "v1",
        "name_for_human": plugin.name_for_human,
        "name_for_model": plugin.name_for_model,
        "description_for_human": plugin.description_for_human,
        "description_for_model": plugin.description_for_model,
        "auth": auth,
        "api": {"type": "openapi", "url": mount.url("openapi")},
        "logo_url": mount.url("logo"),
        "contact_email": mount.contact_email,
        "legal_info_url": mount.url("legal"),
    }
