"""The forms of the account area."""

from collections.abc import Sequence
from typing import Any

from django import forms

from config.manifest import Plugin


class TokenForm(forms.Form):
    """Asks which plugin a new personal token is for, and what to call it."""

    plugin = forms.ChoiceField()
    name = forms.CharField(
        max_length=100, help_text="Where you will use it, so that you know it again: “ChatGPT”."
    )

    def __init__(self, *args: Any, plugins: Sequence[Plugin], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["plugin"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(plugin.slug, plugin.name_for_human) for plugin in plugins]
