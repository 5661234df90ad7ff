from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from oauth2_provider.models import IDToken

from oauth_demo.models import Consent, Token

admin.site.unregister(IDToken)  # of OpenID Connect, which is not served


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin[Token]):
    """Lists and revokes tokens, and makes service tokens. Secrets are shown once."""

    list_display = ("name", "plugin", "user", "created_at", "revoked_at")
    list_filter = ("plugin", ("user", admin.EmptyFieldListFilter), "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    date_hierarchy = "created_at"
    readonly_fields = ("plugin", "user", "created_at", "revoked_at")
    fields = ("name", *readonly_fields)
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

    list_display = ("user", "application", "plugin", "scope", "created_at", "last_used_at")
    list_filter = ("plugin", "application")
    list_select_related = ("user", "application")
    search_fields = ("user__username", "application__name")
    readonly_fields = ("user", "application", "plugin", "scope", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Consent) -> None:
        obj.end()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Consent]) -> None:
        for consent in queryset:
            consent.end()
