"""What is known of a document is said once: all that take, keep and tell it agree."""

from datetime import UTC, datetime
from typing import Any

import pytest

from retrieval.filters import CONDITIONS, EVERYTHING, Filter
from retrieval.forms import AddForm, SearchForm
from retrieval.indexes.compared import compared
from retrieval.indexes.haystack import filters
from retrieval.metadata import DESCRIPTIONS, MAX_LENGTH, SOURCES, Metadata
from retrieval.models import Chunk, Collection, Document
from retrieval.responses import DocumentMetadataSerializer
from retrieval.serializers import FilterSerializer, MetadataSerializer

NAMES = set(DESCRIPTIONS)
DAY = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize("body", [MetadataSerializer(), DocumentMetadataSerializer()])
def test_bodies_take_and_tell_the_same_fields(body: MetadataSerializer) -> None:
    assert set(body.fields) == NAMES


def test_a_filter_takes_what_is_compared() -> None:
    assert set(FilterSerializer().fields) == set(CONDITIONS) == set(vars(EVERYTHING))
    assert {column for column, _ in CONDITIONS.values()} == NAMES - {"url"} | {"key"}


@pytest.mark.parametrize("name", MAX_LENGTH)
def test_what_may_come_in_fits_its_column(name: str) -> None:
    column: Any = Document._meta.get_field(name)
    taken: Any = MetadataSerializer().fields[name]
    assert column.max_length == taken.max_length == MAX_LENGTH[name]


def test_the_forms_have_the_same_limits() -> None:
    add: Any = AddForm.base_fields
    search: Any = SearchForm.base_fields
    assert add["author"].max_length == search["author"].max_length == MAX_LENGTH["author"]
    assert [value for value, _ in search["source"].choices] == ["", *SOURCES]


def test_haystack_is_told_what_is_compared_and_dates_as_whole_numbers() -> None:
    document = Document(key="d", source="chat", url="https://example.com", created_at=DAY)
    microseconds = int(DAY.timestamp()) * 10**6
    told = compared(Collection(pk=7), Chunk(document=document))
    assert told == {"collection": 7, "key": "d", "source": "chat", "created_at": microseconds}
    alone = {"field": "meta.collection", "operator": "==", "value": 7}
    assert filters(Collection(pk=7), EVERYTHING) == alone
    assert filters(Collection(pk=7), Filter(author="Ann", end_date=DAY)) == {
        "operator": "AND",
        "conditions": [
            alone,
            {"field": "meta.author", "operator": "==", "value": "Ann"},
            {"field": "meta.created_at", "operator": "<=", "value": microseconds},
        ],
    }


def test_what_is_told_is_what_is_known() -> None:
    known = Metadata(author="Ann", created_at=DAY)
    assert known.as_text() == {"author": "Ann", "created_at": "2024-03-05T00:00:00+00:00"}
    assert Metadata().as_text() == {}
