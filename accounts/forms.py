"""The forms of the account area."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    PasswordChangeForm,
    SetPasswordForm,
    UserCreationForm,
)
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.fresh_token import secret_for
from oauth_demo.models import Token, digest
from plugins.registry import declared_plugins

SENT_TWICE_WITHIN = timedelta(seconds=60)
LIFETIMES = ((0, "No end"), (30, "30 days"), (90, "90 days"), (365, "A year"))


class SignUpForm(UserCreationForm[User]):
    """Django's own, but for names that would vanish from a path (RFC 3986 section 5.2.4).

    An e-mail address is no part of the account before it is confirmed.
    """

    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Optional. Without one, a forgotten password cannot be reset.",
    )
    field_order = ("username", "password1", "password2", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.SENDS_MAIL:
            del self.fields["email"]

    def made_before(self) -> User | None:
        """Return the account that this form made, when it is sent a second time."""
        username, password = (self.data.get(name, "") for name in ("username", "password1"))
        if [*self.errors] != ["username"]:
            return None
        since = timezone.now() - SENT_TWICE_WITHIN  # one that is older has its page to sign in
        name = User.normalize_username(username.replace("\0", ""))
        user = User.objects.filter(username=name, date_joined__gt=since).first()
        return user if user and user.check_password(password) else None

    def clean_username(self) -> str:
        username = super().clean_username()
        if username in (".", ".."):
            raise forms.ValidationError("Choose a username with a letter or a digit in it.")
        return str(username)


class TokenForm(forms.Form):
    """Asks a person which plugin a new token of theirs is for, what to call it, and its end."""

    plugin = forms.ChoiceField()
    name = forms.CharField(
        max_length=100, help_text="Where you will use it, so that you know it again: “ChatGPT”."
    )
    days = forms.ChoiceField(label="Ends after", choices=LIFETIMES, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choice = self.fields["plugin"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (plugin.slug, plugin.name_for_human)
            for plugin in declared_plugins()
            if plugin.auth.tokens_by_hand and plugin.auth.callers == "people"
        ]

    def clean_days(self) -> int:
        return int(self.cleaned_data["days"] or 0)

    def issue(self) -> tuple[Token, str] | None:
        """Make the token; None, with an error in the form, where another has its name."""
        secret = secret_for(self, self.user)
        mine = Token.objects.filter(user=self.user, digest=digest(secret or ""))
        if mine.exclude(revoked_at=None).exists():  # it was ended since, and stays so
            secret = None
        try:
            return Token.objects.issue(user=self.user, secret=secret, **self.cleaned_data)
        except ValidationError as error:
            if secret and (made := mine.first()):
                return made, secret
            self.add_error("name", error.messages)
            return None


class EndTokensMixin(forms.Form):
    """Asks, with a new password, whether the tokens made by hand go too."""

    revoke_tokens = forms.BooleanField(required=False)
    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = Token.objects.live().filter(user=self.user).count()
        field = self.fields["revoke_tokens"]
        tokens = "the token" if number == 1 else f"the {number} tokens"
        field.label = f"Revoke {tokens} made by hand, too"
        field.help_text = (
            "If somebody else may know the password, or a token. Connected apps lose access in "
            "any case, until it is agreed to again."
        )
        if not number:
            del self.fields["revoke_tokens"]

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)  # type: ignore[misc]
        if self.cleaned_data.get("revoke_tokens"):
            Token.objects.revoke_all(user)
        return user


class NewPasswordForm(EndTokensMixin, PasswordChangeForm):
    field_order = ("old_password", "new_password1", "new_password2", "revoke_tokens")


class ResetPasswordForm(EndTokensMixin, SetPasswordForm):  # type: ignore[type-arg]
    field_order = ("new_password1", "new_password2", "revoke_tokens")


class OperatorsPasswordForm(EndTokensMixin, AdminPasswordChangeForm):  # type: ignore[type-arg]
    """As the admin sets somebody else's."""


class ConfirmedForm(forms.Form):
    """Asks for the person's password: whoever sits at their browser may be another."""

    password = forms.CharField(
        strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError("This is not your password.")
        return password


class DeletionForm(ConfirmedForm):
    def clean(self) -> dict[str, Any] | None:
        others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=self.user.pk)
        if self.user.is_superuser and not others.exists():
            raise ValidationError(
                "You are the only administrator of this site. Make somebody else one first."
            )
        return super().clean()


class EmailForm(ConfirmedForm):
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="A forgotten password is reset by mail to it. Empty: none is kept.",
    )
    field_order = ("email", "password")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email and not settings.SENDS_MAIL:
            raise ValidationError(
                "This site sends no mail, so no address can be checked. Leave it empty."
            )
        return email
