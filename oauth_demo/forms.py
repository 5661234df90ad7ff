"""The forms of the account area."""

from collections.abc import Sequence
from typing import Any

from django import forms


class TokenForm(forms.Form):
    """Asks which plugin a new personal token is for, and what to call it."""

    plugin = forms.ChoiceField()
    name = forms.CharField(
        max_length=100, help_text="Where you will use it, so that you know it again: “ChatGPT”."
    )

    def __init__(self, *args: Any, plugins: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plugin = self.fields["plugin"]
        assert isinstance(plugin, forms.ChoiceField)
        plugin.choices = list(plugins)
