"""What the objects that the retrieval API takes are made of."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import PLAIN, Text
from api.normalization import nfc
from api.queries import no_such
from retrieval.dates import ISO, Edge, OtherWeekdayError, read_date
from retrieval.metadata import DESCRIPTIONS, SOURCES
from retrieval.models import KEY_MAX_LENGTH

KEY_PATTERN = r"^\.*[^./%\x00-\x1f\x7f][^/%\x00-\x1f\x7f]*$"  # it stands in a path


class Body(serializers.Serializer[Any]):
    """A JSON object. A field that it does not know is refused: to ignore it would lose data."""

    example: ClassVar[str]
    makes: ClassVar[type[Any]] = dict
    """What a valid body becomes, given the fields that are neither null, empty nor false."""

    def validate(self, attrs: Any) -> Any:
        return self.makes(**{name: value for name, value in attrs.items() if value})

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(f"Must be a JSON object like {self.example}.")
        if unknown := [name for name in data if name not in self.fields]:
            raise serializers.ValidationError(no_such("field", str(unknown[0]), self.fields))
        # Null for what may be left out says as little as leaving it out.
        given = {
            name: value
            for name, value in data.items()
            if value is not None or self.fields[name].required
        }
        return super().to_internal_value(given)


class BodySchema(OpenApiSerializerExtension):
    """Documents that unknown fields are refused."""

    target_class = "retrieval.fields.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        mapped = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**mapped, "additionalProperties": False}


@extend_schema_field({"type": "string", "pattern": ISO})
class Date(serializers.CharField):
    """A date in any common spelling; the value is the moment, in UTC."""

    def __init__(self, *, edge: Edge = "first", **kwargs: Any) -> None:
        self.edge = edge
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return read_date(super().to_internal_value(data), edge=self.edge)
        except OtherWeekdayError as error:
            raise serializers.ValidationError(f"{error} Say which is meant.") from error
        except ValueError as error:
            raise serializers.ValidationError(
                "Names no date. Write it like 2024-03-05 or 2024-03-05T10:30:00Z."
            ) from error


class WholeValidator(RegexValidator):
    """Wants all of a text to match: "$" alone lets a line end pass."""

    def __call__(self, value: Any) -> None:
        if not re.fullmatch(self.regex, str(value)):
            raise ValidationError(self.message, code=self.code)


class Name(Text):
    """Text that is compared, in Form C: so it is measured as it is kept."""

    def to_internal_value(self, data: Any) -> str:
        return nfc(super().to_internal_value(data), longest=self.max_length)


def optional(field: Callable[..., Any], help_text: str, **kwargs: Any) -> Any:
    """Return a field that may be missing or null."""
    return field(required=False, allow_null=True, help_text=help_text, **kwargs)


def described(field: Callable[..., Any], name: str) -> Any:
    """Return a field for one of the metadata."""
    return optional(field, **DESCRIPTIONS[name])


Words = partial(Text, validators=[RegexValidator(PLAIN, "Must hold words, and no NUL.")])
"""Text that says something."""
Names = partial(Name, validators=[RegexValidator(PLAIN, "Must hold words, and no NUL.")])
"""Such text by which documents are found."""
SourceField = partial(
    serializers.ChoiceField,
    choices=SOURCES,
    error_messages={"invalid_choice": f'"{{input}}" is not one of {", ".join(SOURCES)}.'},
)
KeyField = partial(
    Name,
    max_length=KEY_MAX_LENGTH,
    trim_whitespace=False,  # which would take an id of spaces for none
    validators=[
        WholeValidator(
            KEY_PATTERN,
            "Must not hold a slash, a percent sign or a control character, nor be of dots alone.",
        )
    ],
)
