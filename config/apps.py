from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_delete, post_save

        from config import checks, erasure  # noqa: F401  (checks register themselves)

        person = get_user_model()
        post_delete.connect(erasure.erase, person, dispatch_uid="erase-person")
        post_save.connect(erasure.start_afresh, person, dispatch_uid="start-afresh")
