"""What the retrieval API takes."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework import serializers

from api.fields import Items, Text, Truth, WholeNumber
from retrieval.datastore import NewDocument
from retrieval.fields import PLAIN, Body, Date, KeyField, SourceField, optional
from retrieval.filters import EVERYTHING, Filter

MAX_DOCUMENTS = 100  # of one call
MAX_QUERIES = 10  # of one call
MAX_RESULTS = 50  # of one query: a model's context is short
QUERY_MAX_LENGTH = 2_000  # characters
TEXT_MAX_LENGTH = 2_000_000  # characters


class MetadataSerializer(Body):
    """What is known of a document."""

    example = '{"source": "file", "author": "Ann"}'
    source = optional(SourceField, "Where it comes from.")
    source_id = optional(Text, "Its id there.", max_length=500, validators=[PLAIN])
    url = optional(Text, "Where it can be read.", max_length=2_000, validators=[PLAIN])
    created_at = optional(Date, "When it was made, in any common spelling.")
    author = optional(Text, "Who made it.", max_length=500, validators=[PLAIN])


METADATA = MetadataSerializer()


class DocumentSerializer(Body):
    """A document to be put in."""

    example = '{"text": "…", "metadata": {"author": "Ann"}}'
    id = optional(KeyField, "Its id; one that is there already is replaced. Made when left out.")
    text = Text(
        max_length=TEXT_MAX_LENGTH,
        validators=[PLAIN],
        help_text="The whole text.",
        error_messages={
            "required": 'Missing. Send documents like {{"text": "…"}}.',
            "null": "Must be text, not null.",
            "invalid": "Must be text.",
            "blank": "Is empty. Send the text of the document.",
            "max_length": "Too long: {max_length} characters at most. Split it.",
        },
    )
    metadata = MetadataSerializer(required=False, allow_null=True)


class UpsertSerializer(Body):
    example = '{"documents": [{"text": "…"}]}'
    documents = Items(
        child=DocumentSerializer(),
        min_length=1,
        max_length=MAX_DOCUMENTS,
        help_text="The documents, all or none.",
    )

    def validate_documents(self, documents: list[Any]) -> list[NewDocument]:
        made = [new_document(document) for document in documents]
        ids = [document.id for document in made]
        for place, key in enumerate(ids):
            if key in ids[:place]:
                raise serializers.ValidationError(
                    f"The id '{key}' is there twice. Give each document its own."
                )
        return made


class FilterSerializer(Body):
    """Which documents: all that is given must hold."""

    example = '{"author": "Ann"}'
    document_id = optional(KeyField, "The document itself.")
    source = optional(SourceField, "Where it comes from.")
    source_id = optional(Text, "Its id there.", max_length=500, validators=[PLAIN])
    author = optional(Text, "Who made it.", max_length=500, validators=[PLAIN])
    start_date = optional(Date, "Made then or later; any common spelling.")
    end_date = optional(
        Date, "Made then or earlier; a day counts whole. Any common spelling.", edge="last"
    )

    def validate(self, attrs: Any) -> Filter:
        return Filter(**given(attrs))


class QuerySerializer(Body):
    example = '{"query": "What did Ann say about the budget?"}'
    query = Text(
        max_length=QUERY_MAX_LENGTH,
        validators=[PLAIN],
        help_text="The question, in whole words; the meaning counts, not only the words.",
        error_messages={
            "required": 'Missing. Send queries like {{"query": "…"}}.',
            "blank": "Is empty. Ask something.",
        },
    )
    filter = FilterSerializer(required=False, allow_null=True)
    top_k = WholeNumber(
        required=False, default=3, min_value=1, max_value=MAX_RESULTS, help_text="How many results."
    )


class QueriesSerializer(Body):
    example = '{"queries": [{"query": "…", "top_k": 3}]}'
    queries = Items(
        child=QuerySerializer(), min_length=1, max_length=MAX_QUERIES, help_text="The questions."
    )
    include_embeddings = Truth(
        required=False, default=False, help_text="Whether to answer embeddings too: they are long."
    )

    def validate_queries(self, queries: list[Any]) -> list[tuple[str, Filter, int]]:
        return [(q["query"], q.get("filter") or EVERYTHING, q["top_k"]) for q in queries]


class DeleteSerializer(Body):
    """Exactly one of the three: a deletion is never wider than what was meant."""

    example = '{"ids": ["…"]}'
    ids = optional(Items, "These documents.", child=KeyField(), max_length=1_000)
    filter = FilterSerializer(
        required=False, allow_null=True, help_text="The documents for which all of it holds."
    )
    delete_all = Truth(
        required=False, default=False, help_text="True deletes every document there is."
    )

    def validate(self, attrs: Any) -> Any:
        chosen = given(attrs)
        if len(chosen) != 1:
            raise serializers.ValidationError(
                "Say what to delete with exactly one of ids, filter and delete_all: "
                'like {"ids": ["…"]}. Nothing was deleted.'
            )
        return chosen


class MetadataText(serializers.CharField):
    """The metadata as JSON text, in a form; the value is what is given of them."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be text, not a file.")
        try:
            told = orjson.loads(data)
        except ValueError as error:
            raise serializers.ValidationError(
                f'Is not JSON: {error}. Send text like {{"author": "Ann"}}.'
            ) from error
        return given(METADATA.run_validation(told))


class UploadSerializer(Body):
    """The parts of the form, each once."""

    example = "curl -F file=@notes.pdf sends"
    file = serializers.FileField(
        allow_empty_file=True,  # its reader has better words for it
        help_text="Text, Markdown, HTML, CSV, JSON, PDF, Word (docx) or PowerPoint (pptx).",
        error_messages={
            "required": "Missing. Send it in a part named 'file': curl -F file=@notes.pdf …",
            "invalid": "Is no file. Send it with a file name: curl -F file=@notes.pdf …",
        },
    )
    metadata = MetadataText(
        required=False,
        allow_blank=True,
        help_text='JSON text of the metadata, like {"author": "Ann"}.',
    )
    id = optional(KeyField, "Its id; one that is there already is replaced. Made when left out.")


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is null, empty or false: it was not given."""
    return {name: value for name, value in values.items() if value}


def new_document(document: Mapping[str, Any]) -> NewDocument:
    """Return a validated document, its metadata beside its text."""
    return NewDocument(**given({**document, **(document.get("metadata") or {}), "metadata": None}))
