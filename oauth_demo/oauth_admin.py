"""Clients, codes and tokens in the admin: to look at and to end, with no secret in sight."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from oauth2_provider import admin as library
from oauth2_provider.models import Application, RefreshToken

from api.admin_links import linked
from oauth_demo.models import Consent
from oauth_demo.redirects import allowed_redirects, is_allowed_redirect
from oauth_demo.revocation import end_client

WHOSE = (linked("user", "person"), linked("application", "client"))


class ApplicationForm(ModelForm):  # type: ignore[type-arg]  # the library's own shows the secret
    def clean_redirect_uris(self) -> str:
        uris: str = self.cleaned_data["redirect_uris"]
        if not all(map(is_allowed_redirect, uris.split())):
            raise ValidationError(allowed_redirects())
        return uris


class ApplicationAdmin(library.ApplicationAdmin):  # type: ignore[misc]
    """`create_oauth_client` makes clients: it shows the secret to one terminal, once."""

    form = ApplicationForm
    list_display = (
        *("name", "client_id", linked("user", "person"), "client_type", "registration_source"),
        "created",
    )
    list_select_related = ("user",)
    actions = ("end_access",)
    list_filter = ("client_type", "registration_source")
    search_fields = ("name", "client_id")
    radio_fields: ClassVar[dict[str, int]] = {}
    raw_id_fields = ()
    readonly_fields = (
        *("client_id", "user", "client_type", "registration_source", "created", "updated"),
        "connected",
    )
    fields = ("name", "redirect_uris", *readonly_fields)
    view_on_site = False  # the library's page for it is not served

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="people who connected it")
    def connected(self, client: Application) -> Any:
        number = Consent.objects.filter(application=client).values("user").distinct().count()
        url = reverse("admin:oauth_demo_consent_changelist")
        query = {"application__id__exact": client.pk}
        return format_html('<a href="{}?{}">{}</a>', url, urlencode(query), number)

    @admin.action(
        description="End all access of the selected clients; they stay, and may ask again",
        permissions=["change"],
    )
    def end_access(self, request: HttpRequest, queryset: Any) -> None:
        for client in queryset:
            end_client(client)
            self.log_change(request, client, "Ended all access.")
        self.message_user(request, "Ended. Their tokens open nothing now.", messages.SUCCESS)

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Say who loses what; whoever may end a client may end its tokens, which nobody else may.

        The library lets nobody delete a token, so that none is left whose other half is gone.
        """
        clients = list(objs)
        return (
            [line for each in clients for line in going_with(each)],
            {"clients": len(clients)},
            set(),
            [],
        )


def going_with(client: Application) -> list[Any]:
    """Return a client as a list names it, and below it what ends with it."""
    people = Consent.objects.filter(application=client).values("user").distinct().count()
    alive = RefreshToken.objects.filter(application=client, revoked=None).count()
    counts = [
        f"{people} {'person is' if people == 1 else 'people are'} connected by it: they would "
        "have to agree again to another client",
        f"{alive} live refresh {'token' if alive == 1 else 'tokens'}, with the access tokens",
    ]
    return [
        str(client),
        [line for line, number in zip(counts, (people, alive), strict=True) if number],
    ]


class ReadOnlyMixin:
    """Shows the fields listed; nothing can be edited, so nobody is given more by hand."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields  # type: ignore[attr-defined]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return ()


class GrantAdmin(ReadOnlyMixin, library.GrantAdmin):  # type: ignore[misc]
    list_display = ("id", *WHOSE, "expires")
    list_select_related = ("user", "application")
    fields = ("user", "application", "scope", "resource", "redirect_uri", "created", "expires")


class AccessTokenAdmin(ReadOnlyMixin, library.AccessTokenAdmin):  # type: ignore[misc]
    list_display = ("id", *WHOSE, "scope", "expires")
    fields = ("user", "application", "scope", "resource", "created", "expires")


class RefreshTokenAdmin(ReadOnlyMixin, library.RefreshTokenAdmin):  # type: ignore[misc]
    list_display = ("id", *WHOSE, "created", "revoked")
    fields = ("user", "application", "resource", "token_family", "created", "revoked")
