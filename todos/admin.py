"""Todos in the admin: to look for, to add and change, and to delete, one by one or whole lists."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Count, Field, Q, QuerySet
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from rest_framework.exceptions import ValidationError

from api.usernames import checked
from plugins.owner import belongs_to_people, owner
from plugins.registry import declared_plugins
from todos.models import Todo


class TodoForm(forms.ModelForm[Todo]):
    """Takes what the API would: a plugin that has todos, and a username that a path can bear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["store"]
        kept = self.instance.store
        if kept and kept not in dict(choice.choices):  # of a plugin that is declared no more
            choice.choices = [*choice.choices, (kept, kept)]

    def clean_username(self) -> str:
        try:
            return checked(self.cleaned_data["username"])
        except ValidationError as error:
            detail: Any = error.detail
            raise forms.ValidationError(str(detail["username"])) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        store, username = data.get("store"), data.get("username")
        if store and username and belongs_to_people(store):
            people = get_user_model().objects.filter(username=username)
            if not people.exists():
                words = f"Nobody has this username, so nobody would reach it in {store}."
                self.add_error("username", words)
        return data


@admin.register(Todo)
class TodoAdmin(admin.ModelAdmin[Todo]):
    form = TodoForm
    list_display = ("id", "store", owner, "text", "created_at")
    list_display_links = ("text",)
    list_filter = ("store", "created_at")
    search_fields = ("text", "username")
    search_help_text = "Search by text or username"
    date_hierarchy = "created_at"
    show_full_result_count = False  # a second count of the whole table at each page
    actions = ("delete_lists",)

    def get_fields(self, request: HttpRequest, obj: Todo | None = None) -> Any:
        return ("store", "username", "text", *(("created_at",) if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Todo | None = None) -> Any:
        return ("created_at",) if obj else ()

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "text":  # kept as it was sent, lines and spaces included
            kwargs |= {"widget": Textarea, "strip": False}
        if db_field.name == "store":
            return forms.ChoiceField(choices=stores(), help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.action(
        description="Delete the whole lists that the selected todos are in", permissions=["delete"]
    )
    def delete_lists(self, request: HttpRequest, queryset: QuerySet[Todo]) -> HttpResponse | None:
        """Ask first; then delete."""
        chosen = Q()
        for store, username in queryset.order_by().values_list("store", "username").distinct():
            chosen |= Q(store=store, username=username)
        whole = Todo.objects.filter(chosen)
        if request.POST.get("post"):
            number, _ = whole.delete()
            self.message_user(request, f"Deleted {number} todos.", messages.SUCCESS)
            return None
        lists = whole.order_by("store", "username").values("store", "username")
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete whole lists",
            "opts": self.opts,
            "lists": lists.annotate(number=Count("pk")),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "todos/delete_lists.html", context)


def stores() -> list[tuple[str, str]]:
    """Return the plugins that have todos, as choices."""
    from todos.urls import TodoAPI  # loads the views: not before the site is asked

    return [
        (plugin.store, f"{plugin.name_for_human} ({plugin.slug})")
        for plugin in declared_plugins()
        if isinstance(plugin.api, TodoAPI)
    ]
