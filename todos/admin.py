from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.forms import Textarea
from django.http import HttpRequest

from todos.models import Todo


@admin.register(Todo)
class TodoAdmin(admin.ModelAdmin[Todo]):
    list_display = ("id", "store", "username", "text", "created_at")
    list_display_links = ("text",)
    list_filter = ("store", "created_at")
    search_fields = ("text", "username")
    search_help_text = "Search by text or username"
    date_hierarchy = "created_at"
    readonly_fields = ("created_at",)
    show_full_result_count = False  # a second count of the whole table at each page

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "text":  # kept as it was sent, lines and spaces included
            kwargs |= {"widget": Textarea, "strip": False}
        return super().formfield_for_dbfield(db_field, request, **kwargs)
