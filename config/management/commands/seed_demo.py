"""Accounts, tokens and data to try the plugins with, on a development site."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.demo import demo_secret
from oauth_demo.models import Token, digest
from plugins.registry import declared_plugins


class Command(BaseCommand):
    help = "Seed a development site with accounts, tokens and data. Running it again is safe."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for development: its secrets are printed. Set DEBUG.")
        self.stdout.write("Demo accounts and tokens of this checkout:")
        for username, is_staff in (("admin", True), ("ann", False), ("bob", False)):
            self.seed_account(username, is_staff)
        for plugin in declared_plugins():
            personal = plugin.auth.callers == "people"
            if plugin.auth.tokens_by_hand:
                self.seed_token(plugin.slug, personal)
            plugin.api.seed(plugin, "ann" if personal else "global")

    def seed_account(self, username: str, is_staff: bool) -> None:
        users = get_user_model().objects
        password = demo_secret(f"password of {username}")
        user, created = users.get_or_create(
            username=username, defaults={"is_staff": is_staff, "is_superuser": is_staff}
        )
        if created:
            user.set_password(password)
            user.save()
        shown = password if user.check_password(password) else "(changed since)"
        self.stdout.write(f"  account {username:5}  password {shown}")

    def seed_token(self, plugin: str, personal: bool) -> None:
        secret = demo_secret(f"token of {plugin}")
        ann = get_user_model().objects.get(username="ann") if personal else None
        token = Token.objects.filter(digest=digest(secret)).first()
        if token is None:
            token, _ = Token.objects.issue(plugin=plugin, name="Demo", user=ann, secret=secret)
        state = "(revoked)" if token.revoked_at else secret
        self.stdout.write(f"  token for {plugin}{' of ann' if personal else ''}: {state}")
