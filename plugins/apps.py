from django.apps import AppConfig


class PluginsConfig(AppConfig):
    name = "plugins"

    def ready(self) -> None:
        from plugins import checks  # noqa: F401  (they register themselves)
