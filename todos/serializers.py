"""What the todo API takes and answers."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from rest_framework import serializers

from api.fields import PLAIN, Digits, Text, WholeNumber, object_wanted
from todos.models import TODO_MAX_LENGTH

INDEX_MAX = 2**31 - 1  # far beyond any list, and safe in every client's integer


MILK = {"todo": "Buy milk"}


class AddTodoSerializer(serializers.Serializer[Any]):
    default_error_messages = object_wanted('{{"todo": "buy milk"}}')
    examples: ClassVar = MILK
    todo = Text(
        max_length=TODO_MAX_LENGTH,
        # DRF refuses NUL and lone surrogates; the pattern tells clients so.
        validators=[RegexValidator(PLAIN, "Use plain text without NUL.")],
        help_text="What is to be done, in the person's words.",
        error_messages={
            "required": 'Missing. Send a JSON object like {{"todo": "buy milk"}}.',
            "null": "Must be text, not null.",
            "invalid": "Must be text.",
            "blank": "Is empty. Say what is to be done.",
            "max_length": "Too long: {max_length} characters at most. Shorten it or split it.",
        },
    )


class DeleteTodoSerializer(serializers.Serializer[Any]):
    default_error_messages = object_wanted('{{"todo_idx": 0}}')
    examples: ClassVar = {"todo_idx": 0}
    todo_idx = WholeNumber(
        min_value=0,
        max_value=INDEX_MAX,
        help_text="Place of the todo in the whole list; the first is 0.",
        error_messages={
            "required": 'Missing. Send a JSON object like {{"todo_idx": 0}}; the first is 0.',
            "null": "Must be a whole number, not null.",
            "invalid": "Must be a whole number; the first todo is 0.",
            "min_value": "Must not be negative; the first todo is 0.",
            "max_value": "No list is that long. Read the list and count from 0.",
        },
    )


class PageSerializer(serializers.Serializer[Any]):
    """The query of getTodos."""

    examples: ClassVar = {"limit": 100, "offset": 0}
    limit = Digits(
        required=False,
        min_value=1,
        max_value=INDEX_MAX,
        help_text="How many todos to answer at most. However many, a long answer ends earlier.",
    )
    offset = Digits(
        required=False,
        default=0,
        min_value=0,
        max_value=INDEX_MAX,
        help_text="How many todos to skip at the start of the list.",
    )


class TodosSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"todos": ["Buy milk"], "next_offset": 1_000}
    todos = serializers.ListField(
        child=serializers.CharField(), help_text="The todos, in the order they were added."
    )
    next_offset = serializers.IntegerField(
        required=False, help_text="The offset of the rest; left out where the list ends here."
    )


class AddedTodoSerializer(serializers.Serializer[Any]):
    examples: ClassVar = MILK
    todo = serializers.CharField(help_text="The todo that was added at the end of the list.")


class DeletedTodoSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"deleted": "Buy milk"}
    deleted = serializers.CharField(help_text="The todo that was removed.")
