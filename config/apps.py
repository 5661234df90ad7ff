from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from corsheaders.signals import check_request_enabled

        from config import checks, cors  # noqa: F401  (checks register themselves)

        check_request_enabled.connect(cors.allow, dispatch_uid="plugin-cors")
