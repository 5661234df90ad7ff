"""The forms of the page for people."""

from django import forms

from todos.models import TODO_MAX_LENGTH

ID_MAX = 2**63 - 1  # what the databases take


class AddForm(forms.Form):
    todo = forms.CharField(
        max_length=TODO_MAX_LENGTH,
        label="What is to be done?",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Say what is to be done.",
            "max_length": "Too long: %(limit_value)d characters at most. Shorten it or split it.",
        },
    )


class DoneForm(forms.Form):
    """Which todo was ticked off: its id, and never its place, which a client may have moved."""

    done = forms.IntegerField(min_value=0, max_value=ID_MAX)
