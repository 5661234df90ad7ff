"""Clients, codes and tokens in the admin: to look at and to end, with no secret in sight."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from oauth2_provider import admin as library

from oauth_demo.redirects import allowed_redirects, is_allowed_redirect


class ApplicationForm(ModelForm):  # type: ignore[type-arg]  # the library's own shows the secret
    def clean_redirect_uris(self) -> str:
        uris: str = self.cleaned_data["redirect_uris"]
        if not all(map(is_allowed_redirect, uris.split())):
            raise ValidationError(allowed_redirects())
        return uris


class ApplicationAdmin(library.ApplicationAdmin):  # type: ignore[misc]
    """`create_oauth_client` makes clients: it shows the secret to one terminal, once."""

    form = ApplicationForm
    list_display = ("name", "client_id", "client_type", "registration_source", "created")
    list_filter = ("client_type", "registration_source")
    search_fields = ("name", "client_id")
    radio_fields: ClassVar[dict[str, int]] = {}
    raw_id_fields = ()
    readonly_fields = ("client_id", "client_type", "registration_source", "created", "updated")
    fields = ("name", "redirect_uris", *readonly_fields)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class ReadOnlyMixin:
    """Shows the fields listed; nothing can be edited, so nobody is given more by hand."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields  # type: ignore[attr-defined]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return ()


class GrantAdmin(ReadOnlyMixin, library.GrantAdmin):  # type: ignore[misc]
    list_display = ("id", "user", "application", "expires")
    fields = ("user", "application", "scope", "resource", "redirect_uri", "created", "expires")


class AccessTokenAdmin(ReadOnlyMixin, library.AccessTokenAdmin):  # type: ignore[misc]
    list_display = ("id", "user", "application", "scope", "expires")
    fields = ("user", "application", "scope", "resource", "created", "expires")


class RefreshTokenAdmin(ReadOnlyMixin, library.RefreshTokenAdmin):  # type: ignore[misc]
    list_display = ("id", "user", "application", "created", "revoked")
    fields = ("user", "application", "resource", "token_family", "created", "revoked")
