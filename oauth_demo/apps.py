from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save


class OAuthDemoConfig(AppConfig):
    name = "oauth_demo"
    verbose_name = "Accounts and tokens"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        post_save.connect(end_access_on_change, sender=get_user_model(), dispatch_uid="end-access")


def end_access_on_change(sender: Any, instance: Any, created: bool, **kwargs: Any) -> None:
    """End what clients may do for a person who is deactivated, or has a new password.

    `_password` is set while a password is changed, and not while its hash is merely renewed:
    Django's own `password_changed` goes by it.
    """
    from oauth_demo.models import Consent
    from oauth_demo.revocation import end_access

    fields = kwargs.get("update_fields")
    disabled = (fields is None or "password" in fields) and not instance.has_usable_password()
    if not created and (instance._password is not None or disabled or not instance.is_active):
        end_access(user=instance)
        Consent.objects.filter(user=instance).delete()
