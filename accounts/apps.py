from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_delete, post_save

        from accounts import (
            checks,  # noqa: F401  (they register themselves)
            erasure,
        )

        person = get_user_model()
        post_delete.connect(erasure.erase, person, dispatch_uid="erase-person")
        post_save.connect(erasure.start_afresh, person, dispatch_uid="start-afresh")
