"""Which scopes there are: those that the plugins declare."""

from typing import Any

from oauth2_provider.scopes import BaseScopes

from plugins.registry import declared_plugins


class PluginScopes(BaseScopes):  # type: ignore[misc]
    """All plugins' scopes, for the library; each authorization server grants its plugin's."""

    def get_all_scopes(self) -> dict[str, str]:
        return {
            name: words
            for plugin in declared_plugins()
            for name, words in plugin.auth.scopes.items()
        }

    def get_available_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self.get_all_scopes())

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return []
