"""How much plugins are used, day by day, to look at."""

from django.contrib import admin
from django.http import HttpRequest

from plugins.models import Usage


@admin.register(Usage)
class UsageAdmin(admin.ModelAdmin[Usage]):
    list_display = ("day", "plugin", "operation", "outcome", "number", "last_at")
    list_filter = ("plugin", "outcome", "day")
    search_fields = ("operation",)
    date_hierarchy = "day"

    def has_add_permission(self, request: HttpRequest, obj: Usage | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission
