"""The forms of the account area."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User

from plugins.registry import declared_plugins


class SignUpForm(UserCreationForm[User]):
    """Django's own, but for names that would vanish from a path (RFC 3986 section 5.2.4)."""

    def clean_username(self) -> str:
        username = super().clean_username()
        if username in (".", ".."):
            raise forms.ValidationError("Choose a username with a letter or a digit in it.")
        return str(username)


class TokenForm(forms.Form):
    """Asks which plugin a new personal token is for, and what to call it."""

    plugin = forms.ChoiceField()
    name = forms.CharField(
        max_length=100, help_text="Where you will use it, so that you know it again: “ChatGPT”."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["plugin"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (plugin.slug, plugin.name_for_human)
            for plugin in declared_plugins()
            if plugin.auth.tokens_by_hand and plugin.auth.callers == "people"
        ]
