"""Tokens made by hand, and what people agreed to, to look at and to end."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from oauth2_provider.models import IDToken

from api.admin_links import linked
from oauth_demo.models import Consent, Token

admin.site.unregister(IDToken)  # of OpenID Connect, which is not served


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("live", "live"), ("ended", "revoked or expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Token]) -> QuerySet[Token]:
        live = Token.objects.live().values("pk")
        if self.value() == "live":
            return queryset.filter(pk__in=live)
        return queryset.exclude(pk__in=live) if self.value() == "ended" else queryset


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin[Token]):
    """Lists tokens, revokes them, and gives them an end. Secrets are shown nowhere."""

    list_display = (
        *("name", "plugin", linked("user", "person"), "created_at", "last_used_at"),
        *("expires_at", "state"),
    )
    list_filter = ("plugin", StateFilter, ("user", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    search_help_text = "Search by name or username"
    date_hierarchy = "created_at"
    readonly_fields = ("plugin", "user", "created_at", "last_used_at", "revoked_at")
    fields = ("name", "expires_at", *readonly_fields)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # `create_service_token` makes them: it shows the secret to one terminal, once.
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        for token in queryset:
            token.revoke()
            self.log_change(request, token, "Revoked.")
        self.message_user(request, "Revoked. They open nothing now.", messages.SUCCESS)


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin[Consent]):
    """Lists what people agreed to; deleting a consent ends the client's access."""

    list_display = (
        *("id", linked("user", "person"), linked("application", "client"), "plugin", "scope"),
        *("created_at", "used"),
    )
    list_filter = ("plugin", "application")
    list_select_related = ("user", "application")
    search_fields = ("user__username", "application__name")
    search_help_text = "Search by username or client"
    readonly_fields = ("user", "application", "plugin", "scope", "created_at", "last_used_at")

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, consent: Consent) -> object:
        return consent.last_used

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Consent) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        for consent in queryset:
            consent.end()
