"""People in the admin: what is kept of each, and what goes with them."""

from collections.abc import Iterable
from typing import Any

from axes.admin import AccessAttempt, AccessAttemptAdmin, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.deletion import as_html, deleted_objects
from accounts.erasure import kept_of
from accounts.forms import OperatorsPasswordForm
from oauth_demo.models import Consent, Token
from oauth_demo.revocation import end_access

admin.site.unregister(User)
# What is not written down has no list: failures are counted among the access attempts, and who
# signed in when is nobody's business (AXES_DISABLE_ACCESS_LOG).
admin.site.unregister((AccessAttempt, AccessFailureLog, AccessLog))


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """Django's own, but that a username stays: a person's data is kept under it."""

    change_password_form = OperatorsPasswordForm
    change_user_password_template = "accounts/admin_password.html"
    actions = ("end_access",)
    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")

    @admin.action(description="End all access: tokens, and connected apps", permissions=["change"])
    def end_access(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            Token.objects.revoke_all(person)
            end_access(user=person)
            Consent.objects.filter(user=person).delete()
            self.log_change(request, person, "Ended all access.")
        self.message_user(
            request, "Ended. They can still sign in, and make new tokens.", messages.SUCCESS
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "username", "kept") if obj else fields

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = tuple(super().get_fieldsets(request, obj))
        if obj is None:
            return fieldsets
        first, *others = fieldsets
        return (first, ("What is kept of them", {"fields": ("kept",)}), *others)

    @admin.display(description="All of it goes with the account")
    def kept(self, person: User) -> SafeString:
        found = [(as_html(each),) for each in kept_of(person) if each.name != "account"]
        return format_html_join("", "<div>{}</div>", found) or SafeString("Nothing else.")

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        return deleted_objects(objs)


@admin.register(AccessAttempt)
class FailedSignInAdmin(AccessAttemptAdmin):  # type: ignore[misc]
    """Who failed to sign in, from where. Deleting a row ends its lock."""

    list_display = ("username", "ip_address", "failures_since_start", "status", "attempt_time")
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")
    actions = ()
    fieldsets = ()
    fields = (*list_display, "path_info", "user_agent")
    readonly_fields = fields

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
