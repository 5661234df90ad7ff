"""The forms of the page for people."""

from collections.abc import Callable, Hashable
from io import BytesIO
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings

from api.once import FIELD, fingerprint
from retrieval.dates import read_date
from retrieval.loads.receiving import Received
from retrieval.metadata import MAX_LENGTH, SOURCES, Metadata
from retrieval.parsing import Parsed
from retrieval.parsing.encodings import codec
from retrieval.parsing.signatures import KINDS
from retrieval.serializers import ENCODING_MAX_LENGTH, QUERY_MAX_LENGTH
from retrieval.uploads import declared_charset, mebibytes

ANY = [("", "Any"), *((source, source.capitalize()) for source in SOURCES)]


def limits() -> str:
    """Say what can be taken in at once, before anybody tries."""
    return (
        f"{KINDS} Or a zip of such files. At most {mebibytes()} MiB, and "
        f"{settings.RETRIEVAL_LOAD_MAX_PAGES:,} pages each. What is long is saved in the "
        "background, and so are several files: you can leave the page meanwhile."
    )


class DateField(forms.CharField):
    """A date in any common spelling."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_date(text) if text else None
        except ValueError as error:
            raise forms.ValidationError("This is not a date. Write it like 2024-03-05.") from error


class EncodingField(forms.CharField):
    """The name of an encoding that can be read."""

    def clean(self, value: Any) -> str:
        label = str(super().clean(value))
        if label and not codec(label):
            raise forms.ValidationError(
                "This is no encoding that is known here. Name one such as windows-1252 or "
                "Shift_JIS, or save the file as UTF-8."
            )
        return label


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(FilesField, self).clean(each, initial) for each in data or []]

    def __init__(self, **kwargs: Any) -> None:
        # An empty one is refused where it is read, by its name, and keeps no other out.
        super().__init__(allow_empty_file=True, **kwargs)


class AddForm(forms.Form):
    """Files or a text, and what is known of them."""

    sender: Callable[[], Hashable] | None = None
    """Whom it is from (api/dear_work.py)."""

    file = FilesField(required=False, label="Files")
    text = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 5}), label="Or text"
    )
    author = forms.CharField(required=False, max_length=MAX_LENGTH["author"])
    created_at = DateField(
        required=False, label="Date of the document", help_text="Such as 2024-03-05, or March 2024."
    )
    encoding = EncodingField(
        required=False,
        max_length=ENCODING_MAX_LENGTH,
        help_text="In which a file of text is, such as windows-1252. Found out when left empty.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, too_large: str = "", **kwargs: Any) -> None:
        """`too_large` is what to say of a file that was not received for its size."""
        super().__init__(*args, **kwargs)
        self.too_large = too_large
        self.fields["file"].help_text = limits()
        # A script holds what is chosen to them before it sends anything.
        self.fields["file"].widget.attrs["data-max"] = settings.RETRIEVAL_LOAD_MAX_BYTES
        self.fields["file"].widget.attrs["data-most"] = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        self.fields["text"].widget.attrs["data-max"] = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.too_large:
            self.add_error("file", self.too_large)
            return data
        if bool(data.get("file")) == bool(str(data.get("text", "")).strip()):
            if not self.errors:
                raise forms.ValidationError("Choose a file, or write a text: one of the two.")
            return data
        if "\0" in data.get("text", ""):
            self.add_error("text", "Must not hold NUL.")
        return data

    def received(self) -> list[Received]:
        """Return what was filled in: the files, or the text."""
        data = self.cleaned_data
        known = Metadata(author=data["author"], created_at=data["created_at"])
        if text := data["text"] if not data["file"] else "":
            content = text.encode()
            key = self.key("", len(content), 0, text)
            return [
                Received(
                    file=BytesIO(content),
                    name="",
                    size=len(content),
                    key=key,
                    metadata=known,
                    read=Parsed(text),
                )
            ]
        return [
            Received(
                file=file,
                name=file.name,
                size=file.size,
                key=self.key(file.name, file.size, place),
                metadata=known,
                encoding=data["encoding"] or declared_charset(file),
            )
            for place, file in enumerate(data["file"])
        ]

    def key(self, *content: object) -> str:
        """Return an id for a document: sent again, the form puts it in its own place."""
        mark = self.data.get(FIELD) or uuid4().hex
        known = [self.cleaned_data["author"], self.cleaned_data["created_at"]]
        return fingerprint(mark, [*content, *known])[:32]


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=QUERY_MAX_LENGTH, label="Ask, in your own words")
    author = forms.CharField(required=False, max_length=MAX_LENGTH["author"])
    source = forms.ChoiceField(required=False, choices=ANY)
