"""The bodies of the retrieval API's responses."""

from typing import Any, ClassVar

from rest_framework import serializers

from retrieval.metadata import EXAMPLES, SOURCES

KEY = "minutes-2024-03"
NOTE = "Ann asked for a budget of 4,000 crowns."
QUESTION = "What did Ann say about the budget?"
KNOWN = {**EXAMPLES, "created_at": "2024-03-05T00:00:00+00:00"}


class IdsSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"ids": [KEY]}
    ids = serializers.ListField(child=serializers.CharField(), help_text="In the order sent.")


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
    results = QueryResultSerializer(many=True, help_text="One for each query, in order.")


class DeletedSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"success": True, "deleted": 1}
    success = serializers.BooleanField()
    deleted = serializers.IntegerField(help_text="How many documents went.")


class FoundDocumentSerializer(serializers.Serializer[Any]):
    examples: ClassVar = {"id": KEY, "text": NOTE}
    id = serializers.CharField()
    text = serializers.CharField(help_text="The whole text.")
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
    text = serializers.CharField(help_text="The whole text.")
    metadata = DocumentMetadataSerializer(required=False, help_text="What is known of it, if any.")
