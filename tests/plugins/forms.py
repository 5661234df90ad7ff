"""The forms of a page, as a browser without scripts sends them."""

from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile


class Forms(HTMLParser):
    """Each form's fields as they stand; `forms` has them by the value of its `operation`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, Any]] = {}
        self.buttons: set[str] = set()
        self.fields: dict[str, Any] = {}
        self.typed: str | None = None
        self.choice: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self.fields = {}
            case "input" if values.get("type") == "file":
                self.fields[values["name"]] = SimpleUploadedFile("notes.txt", b"Ann asked.")
            case "input" | "button" if values.get("name"):
                self.fields[values["name"]] = values.get("value", "")
                if tag == "button":
                    self.buttons.add(values["value"])
            case "textarea":
                self.typed = values["name"]
                self.fields[self.typed] = ""
            case "select":
                self.choice = values["name"]
            case "option" if self.choice:
                if self.choice not in self.fields or "selected" in values:
                    self.fields[self.choice] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.typed:
            self.fields[self.typed] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.typed = None
        elif tag == "select":
            self.choice = None
        elif tag == "form" and "operation" in self.fields:
            self.forms[self.fields["operation"]] = self.fields
