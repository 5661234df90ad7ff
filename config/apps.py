from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_delete

        from config import checks, erasure  # noqa: F401  (checks register themselves)

        post_delete.connect(erasure.erase, get_user_model(), dispatch_uid="erase-person")
