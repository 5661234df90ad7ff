"""What the retrieval API takes."""

from collections import Counter
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Digits, Items, Text, Truth, WholeNumber
from api.json_text import read_json
from retrieval.answers import ANSWER_MAX
from retrieval.datastore import NewDocument
from retrieval.fields import Body, Date, KeyField, Names, SourceField, Words, described, optional
from retrieval.filters import EVERYTHING, Filter
from retrieval.metadata import EXAMPLES, Metadata
from retrieval.parsing.encodings import codec
from retrieval.parsing.signatures import KINDS
from retrieval.responses import KEY, LOAD, NOTE, QUESTION

MAX_DOCUMENTS = 100  # of one call
MAX_QUERIES = 10  # of one call
MAX_RESULTS = 50  # of one query: a model's context is short
QUERY_MAX_LENGTH = 2_000  # characters
ENCODING_MAX_LENGTH = 40
TEXT_MAX_LENGTH = 2_000_000  # characters
OFFSET_MAX = 2**31 - 1  # far beyond any text, and safe in every client's integer


class MetadataSerializer(Body):
    """What is known of a document."""

    example = '{"source": "file", "author": "Ann"}'
    examples: ClassVar = EXAMPLES
    makes = Metadata
    source = described(SourceField, "source")
    source_id = described(Names, "source_id")
    url = described(Words, "url")
    created_at = described(Date, "created_at")
    author = described(Names, "author")


METADATA = MetadataSerializer()


class DocumentSerializer(Body):
    """A document to be put in."""

    example = '{"text": "…", "metadata": {"author": "Ann"}}'
    examples: ClassVar = {"id": KEY, "text": NOTE}
    makes = NewDocument
    id = optional(KeyField, "Its id; one that is there already is replaced. Made when left out.")
    text = Words(
        max_length=TEXT_MAX_LENGTH,
        help_text="The whole text.",
        error_messages={
            "required": 'Missing. Send documents like {{"text": "…"}}.',
            "null": "Must be text, not null.",
            "invalid": "Must be text.",
            "blank": "Is empty. Send the text of the document.",
            "max_length": "Too long: {max_length} characters at most. Split it.",
        },
    )
    metadata = optional(MetadataSerializer, "What is known of it.")


class UpsertSerializer(Body):
    example = '{"documents": [{"text": "…"}]}'
    documents = Items(
        child=DocumentSerializer(),
        min_length=1,
        max_length=MAX_DOCUMENTS,
        help_text="The documents, all or none.",
    )

    def validate_documents(self, documents: list[NewDocument]) -> list[NewDocument]:
        for key, times in Counter(document.id for document in documents).items():
            if times > 1:
                raise serializers.ValidationError(
                    f"The id '{key}' is there twice. Give each document its own."
                )
        return documents


class FilterSerializer(Body):
    """Which documents: all that is given must hold."""

    example = '{"author": "Ann"}'
    examples: ClassVar = {
        **{name: EXAMPLES[name] for name in ("source", "source_id", "author")},
        "document_id": KEY,
        "start_date": "2024-03-01",
        "end_date": "2024-03-31",
    }
    example_body: ClassVar = {"author": "Ann", "start_date": "2024-03-01"}
    makes = Filter
    document_id = optional(KeyField, "The document itself.")
    source = described(SourceField, "source")
    source_id = described(Names, "source_id")
    author = described(Names, "author")
    start_date = optional(Date, "Made then or later, such as 2024-03-05.")
    end_date = optional(Date, "Made then or earlier; a day counts whole.", edge="last")


class QuerySerializer(Body):
    example = '{"query": "What did Ann say about the budget?"}'
    examples: ClassVar = {"query": QUESTION, "top_k": 3}
    query = Words(
        max_length=QUERY_MAX_LENGTH,
        help_text="The question, in whole words; the meaning counts, not only the words.",
        error_messages={
            "required": 'Missing. Send queries like {{"query": "…"}}.',
            "blank": "Is empty. Ask something.",
        },
    )
    filter = optional(FilterSerializer, "Among which documents; all when left out.")
    top_k = optional(
        WholeNumber, "How many results.", default=3, min_value=1, max_value=MAX_RESULTS
    )


class QueriesSerializer(Body):
    example = '{"queries": [{"query": "…", "top_k": 3}]}'
    examples: ClassVar = {"include_embeddings": False}
    queries = Items(
        child=QuerySerializer(), min_length=1, max_length=MAX_QUERIES, help_text="The questions."
    )
    include_embeddings = optional(
        Truth, "Whether to answer embeddings too: they are long.", default=False
    )

    def validate_queries(self, queries: list[Any]) -> list[tuple[str, Filter, int]]:
        return [(q["query"], q.get("filter", EVERYTHING), q["top_k"]) for q in queries]


class SearchSerializer(Body):
    """The query of search."""

    example = "/search?query=…"
    examples: ClassVar = {"query": QUESTION}
    query = Words(
        max_length=QUERY_MAX_LENGTH,
        help_text="The question, in a whole sentence; the meaning counts, not only the words.",
        error_messages={
            "required": "Missing. Ask something.",
            "blank": "Is empty. Ask something.",
        },
    )


class FetchSerializer(Body):
    """The query of fetch. Of any text: an id that cannot be is one that is not there."""

    example = "/fetch?id=…"
    examples: ClassVar = {"id": KEY}
    id = Text(
        trim_whitespace=False,
        # DRF refuses NUL; the pattern tells clients so.
        validators=[RegexValidator(r"^[^\x00]*$", "Must not hold NUL.")],
        help_text="The id of a result of search.",
        error_messages={
            "required": "Missing. Send the id of a result of search.",
            "blank": "Is empty. Send the id of a result of search.",
        },
    )


class WaitSerializer(serializers.Serializer[Any]):
    """The query of upsertFile."""

    examples: ClassVar = {"wait": False}
    wait = serializers.BooleanField(
        required=False,
        help_text="Whether to answer only when it is saved. Left out, what takes long is saved "
        "in the background, and the answer, 202, says where its status is.",
    )


class BeforeSerializer(serializers.Serializer[Any]):
    """The query of listLoads."""

    examples: ClassVar = {"before": LOAD}
    before = serializers.UUIDField(
        required=False, help_text="Those that came before this one: next_before of an answer."
    )


class PartSerializer(serializers.Serializer[Any]):
    """The query of getDocument."""

    examples: ClassVar = {"offset": 0, "limit": ANSWER_MAX}
    offset = Digits(
        default=0, min_value=0, max_value=OFFSET_MAX, help_text="Where to begin, in characters."
    )
    limit = Digits(
        default=ANSWER_MAX,
        min_value=1,
        max_value=ANSWER_MAX,
        help_text="How many characters to answer at most.",
    )


class DeleteSerializer(Body):
    """Exactly one of the three: a deletion is never wider than what was meant."""

    example = '{"ids": ["…"]}'
    examples: ClassVar = {"ids": [KEY], "delete_all": False}
    example_body: ClassVar = {"ids": [KEY]}
    ids = optional(Items, "These documents.", child=KeyField(), max_length=1_000)
    filter = optional(FilterSerializer, "The documents for which all of it holds.")
    delete_all = optional(Truth, "True deletes every document there is.", default=False)

    def validate(self, attrs: Any) -> Any:
        chosen = super().validate(attrs)
        if len(chosen) != 1:
            raise serializers.ValidationError(
                "Say what to delete with exactly one of ids, filter and delete_all: "
                'like {"ids": ["…"]}. Nothing was deleted.'
            )
        return chosen


class MetadataText(serializers.CharField):
    """The metadata as JSON text, in a form."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be text, not a file.")
        try:
            value = read_json(data.encode(errors="surrogatepass"))
        except ValueError as error:
            raise serializers.ValidationError(
                f'Is not JSON: {error}. Send text like {{"author": "Ann"}}.'
            ) from error
        return METADATA.run_validation(value)


class Encoding(Text):
    """The name of an encoding that can be read."""

    def to_internal_value(self, data: Any) -> str:
        label = str(super().to_internal_value(data))
        if not codec(label):
            raise serializers.ValidationError(
                "Is no encoding that is known here. Name one such as windows-1252 or Shift_JIS, or "
                "save the file as UTF-8."
            )
        return label


@extend_schema_field(OpenApiTypes.BINARY)
class File(serializers.FileField):
    """The bytes of a file, in a form."""


class UploadSerializer(Body):
    """The parts of the form, each once."""

    example = "curl -F file=@notes.pdf sends"
    examples: ClassVar = {"metadata": '{"author": "Ann"}', "id": KEY, "encoding": "windows-1252"}
    file = File(
        allow_empty_file=True,  # its reader has better words for it
        help_text=f"{KINDS} Several, each in a part of this name, and a zip of files are saved "
        "in the background: 202.",
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
    encoding = optional(
        Encoding,
        "In which encoding a text is, such as windows-1252; found out when left out.",
        max_length=ENCODING_MAX_LENGTH,
    )
