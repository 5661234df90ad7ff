from django.contrib import admin

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
