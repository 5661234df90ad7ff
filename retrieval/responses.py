"""The bodies of the retrieval API's responses."""

from typing import Any, ClassVar

from rest_framework import serializers

from retrieval.loads.models import Stage
from retrieval.metadata import EXAMPLES, SOURCES

KEY = "minutes-2024-03"
LOAD = "0b8f6f0e-5f0c-4f5e-9d4c-3b8a2f6d7e11"
NOTE = "Ann asked for a budget of 4,000 crowns."
QUESTION = "What did Ann say about the budget?"
KNOWN = {**EXAMPLES, "created_at": "2024-03-05T00:00:00+00:00"}


class IdsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"ids": [KEY]}
    ids = serializers.ListField(child=serializers.CharField(), help_text="In the order sent.")


class UploadedSerializer(IdsSerializer):
    examples: ClassVar = {
        **IdsSerializer.examples,
        "notes": ["Page 2 of 2: no text was found."],
    }
    notes = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="What was guessed of the file, such as its encoding, and what was not read. Tell "
        "it to the person.",
    )


class FilesSerializer(serializers.Serializer[Any]):
    """How many files of an archive are how far."""

    examples: ClassVar = {"waiting": 3, "stored": 16, "failed": 1, "cancelled": 0}
    waiting = serializers.IntegerField()
    stored = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class FailureSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"name": "scan.pdf", "problem": "The file has no text in it."}
    name = serializers.CharField()
    problem = serializers.CharField()


class LoadSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {
        "id": LOAD,
        "status_url": f"https://example.com/loads/{LOAD}",
        "name": "manual.pdf",
        "stage": "embedding",
        "document_id": KEY,
        "passages": 7_140,
        "embedded": 1_216,
        "problem": "The model's service did not answer.",
        "notes": ["Page 2 of 2: no text was found."],
        "created_at": "2024-03-05T10:00:00Z",
        "ended_at": "2024-03-05T10:04:12Z",
    }
    id = serializers.UUIDField()
    status_url = serializers.URLField(help_text="Where to ask how far it is.")
    name = serializers.CharField(help_text="Of the file.")
    stage = serializers.ChoiceField(
        choices=Stage.values,
        help_text="How far it is. It has ended when it is stored, unpacked, failed or cancelled.",
    )
    document_id = serializers.CharField(
        required=False, help_text="What the document has, or will have, as its id."
    )
    passages = serializers.IntegerField(
        required=False, help_text="How many its text makes, once that is known."
    )
    embedded = serializers.IntegerField(
        required=False, help_text="How many of them can be searched as soon as all can."
    )
    files = FilesSerializer(required=False, help_text="Of an archive, its files.")
    failures = FailureSerializer(
        many=True, required=False, help_text="Of an archive, the first files that failed, and why."
    )
    problem = serializers.CharField(
        required=False, help_text="Why it failed, or is to be tried again. Tell it to the person."
    )
    notes = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="What was guessed of the file, and what was not read.",
    )
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(required=False)


class LoadsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"next_before": LOAD}
    loads = LoadSerializer(many=True, help_text="Those that came last first.")
    next_before = serializers.UUIDField(
        required=False, help_text="Where the list goes on: ask for what came before it."
    )


class LoadingSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"ids": [KEY]}
    ids = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the documents will have as ids, once they are stored.",
    )
    loads = LoadSerializer(many=True, help_text="One for each file, in the order sent.")


class CancelledSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"success": True}
    success = serializers.BooleanField(help_text="False where it had ended before.")


class DocumentMetadataSerializer(serializers.Serializer[Any]):
    examples: ClassVar = KNOWN
    source = serializers.ChoiceField(required=False, choices=SOURCES)  # type: ignore[assignment]
    source_id = serializers.CharField(required=False)
    url = serializers.CharField(required=False)
    created_at = serializers.CharField(required=False, help_text="ISO 8601, UTC.")
    author = serializers.CharField(required=False)


class ChunkMetadataSerializer(DocumentMetadataSerializer):
    examples: ClassVar = {**KNOWN, "document_id": KEY}
    document_id = serializers.CharField(help_text="Read all of it with getDocument.")


class ResultSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"id": f"{KEY}_0", "text": NOTE, "score": 0.71, "embedding": [0.03, -0.11]}
    id = serializers.CharField()
    text = serializers.CharField(help_text="The passage.")
    metadata = ChunkMetadataSerializer()
    score = serializers.FloatField(help_text="The higher the better; about 0 says nothing fits.")
    embedding = serializers.ListField(child=serializers.FloatField(), required=False)


class QueryResultSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"query": QUESTION}
    query = serializers.CharField()
    results = ResultSerializer(many=True, help_text="The best first; possibly none.")


class QueryResultsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"note": "17 more passages did not fit into one answer. Ask for fewer."}
    results = QueryResultSerializer(many=True, help_text="One for each query, in order.")
    note = serializers.CharField(
        required=False, help_text="What did not fit into one answer, and how to have it."
    )


class DeletedSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"success": True, "deleted": 1}
    success = serializers.BooleanField()
    deleted = serializers.IntegerField(help_text="How many documents went.")


class FoundDocumentSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"id": KEY, "text": NOTE, "length": len(NOTE), "next_offset": 80_000}
    id = serializers.CharField()
    text = serializers.CharField(help_text="Its text, or the part of it that was asked for.")
    length = serializers.IntegerField(
        required=False, help_text="Characters of the whole text, where this is a part of it."
    )
    next_offset = serializers.IntegerField(
        required=False, help_text="Where the text goes on; left out where this is its end."
    )
    metadata = DocumentMetadataSerializer()


class FoundDocumentLinkSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"id": KEY, "title": "minutes.pdf", "url": EXAMPLES["url"]}
    id = serializers.CharField(help_text="Read the document with fetch.")
    title = serializers.CharField(help_text="Its file's name, or how it begins.")
    url = serializers.CharField(help_text="Where a person can see it, after signing in if asked.")


class FoundSerializer(serializers.Serializer[Any]):
    results = FoundDocumentLinkSerializer(many=True, help_text="The best first; possibly none.")


class FetchedSerializer(FoundDocumentLinkSerializer):
    examples: ClassVar = {**FoundDocumentLinkSerializer.examples, "text": NOTE}
    id = serializers.CharField()
    text = serializers.CharField(help_text="The text; where it was cut, its end says so.")
    metadata = DocumentMetadataSerializer(required=False, help_text="What is known of it, if any.")
