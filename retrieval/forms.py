"""The forms of the page for people."""

from dataclasses import replace
from typing import Any

from django import forms

from retrieval.datastore import NewDocument
from retrieval.dates import read_date
from retrieval.metadata import MAX_LENGTH, SOURCES, UNKNOWN, Metadata
from retrieval.parsing import UnreadableFileError
from retrieval.parsing.sandbox import file_text
from retrieval.serializers import QUERY_MAX_LENGTH

ANY = [("", "Any"), *((source, source.capitalize()) for source in SOURCES)]


class DateField(forms.CharField):
    """A date in any common spelling."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_date(text) if text else None
        except ValueError as error:
            raise forms.ValidationError("This is not a date. Write it like 2024-03-05.") from error


class AddForm(forms.Form):
    """A file or a text, and what is known of it."""

    file = forms.FileField(
        required=False,
        help_text="Text, Markdown, HTML, CSV, JSON, PDF, Word (docx) or PowerPoint (pptx).",
    )
    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 5}), label="Or text"
    )
    author = forms.CharField(required=False, max_length=MAX_LENGTH["author"])
    created_at = DateField(
        required=False, label="Date of the document", help_text="Such as 2024-03-05, or March 2024."
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("file")) == bool(str(data.get("text", "")).strip()):
            if not self.errors:
                raise forms.ValidationError("Choose a file, or write a text: one of the two.")
            return data
        if file := data.get("file"):
            try:
                data["text"] = file_text(file)
            except UnreadableFileError as error:
                self.add_error("file", str(error))
        elif "\0" in data["text"]:
            self.add_error("text", "Must not hold NUL.")
        return data

    def document(self) -> NewDocument:
        """Return what was filled in."""
        data = self.cleaned_data
        file = data.get("file")
        metadata = replace(
            Metadata.of_file(file.name) if file else UNKNOWN,
            author=data["author"],
            created_at=data["created_at"],
        )
        return NewDocument(text=data["text"], metadata=metadata)


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=QUERY_MAX_LENGTH, label="Ask, in your own words")
    author = forms.CharField(required=False, max_length=MAX_LENGTH["author"])
    source = forms.ChoiceField(required=False, choices=ANY)
