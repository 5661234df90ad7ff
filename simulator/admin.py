from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from api.admin_links import linked
from simulator.models import InstalledPlugin

NOT_REVOKED = (
    "Nothing was revoked: tokens of what was deleted here still open the plugin. Uninstall in the "
    "console, or with uninstall_plugin, to end them too."
)


@admin.register(InstalledPlugin)
class InstalledPluginAdmin(admin.ModelAdmin[InstalledPlugin]):
    """Lists what is installed. Secrets are shown nowhere, encrypted or not."""

    list_display = ("name", linked("owner", "person"), "kind", "scheme", "address", "installed_at")
    list_filter = ("kind", "scheme")
    list_select_related = ("owner",)
    search_fields = ("name", "address", "owner__username")
    fields = ("name", "owner", "kind", "scheme", "address", "installed_at", "manifest", "document")
    readonly_fields = fields

    def delete_model(self, request: HttpRequest, obj: InstalledPlugin) -> None:
        super().delete_model(request, obj)
        messages.warning(request, NOT_REVOKED)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[InstalledPlugin]) -> None:
        super().delete_queryset(request, queryset)
        messages.warning(request, NOT_REVOKED)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # installing takes the steps of a client
