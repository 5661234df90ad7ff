from django.contrib import admin
from django.http import HttpRequest

from simulator.models import InstalledPlugin


@admin.register(InstalledPlugin)
class InstalledPluginAdmin(admin.ModelAdmin[InstalledPlugin]):
    """Lists what is installed. Secrets are shown nowhere, encrypted or not."""

    list_display = ("name", "owner", "kind", "scheme", "address", "installed_at")
    list_filter = ("kind", "scheme")
    list_select_related = ("owner",)
    search_fields = ("name", "address", "owner__username")
    fields = ("name", "owner", "kind", "scheme", "address", "installed_at", "manifest", "document")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # installing takes the steps of a client
