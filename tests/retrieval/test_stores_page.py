"""docs/stores.md, word for word: what it says is run is run, and what it says is set so is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.retrieval.indexes import INDEXES
from tests.retrieval.stores.services import SERVICES

PAGE = (Path(__file__).parents[2] / "docs" / "stores.md").read_text()
ROWS = re.findall(r"^\| *(.*?) *\| (?:\[(.+?)\]\(#(.+?)\)|none: .+?) \| (.+?) \|$", PAGE, re.M)
SECTIONS = dict(re.findall(r"^## (.+?)\n(.+?)(?=^## |\Z)", PAGE, re.M | re.S))
PUBLISHED = """Pinecone, Weaviate, Zilliz, Milvus, Qdrant, Redis, LlamaIndex, Chroma,
Azure Cognitive Search, Azure CosmosDB Mongo vCore, Supabase, Postgres, AnalyticDB,
Elasticsearch, MongoDB Atlas"""
"""As the headings below "Choosing a Vector Database" in its README of 2024-04-24 have them."""
RUN_AS = {"Zilliz": "milvus", "Supabase": "pgvector"}
"""What is not run as a service, and is run in all else."""


def slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def test_the_fifteen_are_those_of_the_published_plugin() -> None:
    published = [name for name, *_ in ROWS if name]
    assert published == [name.strip() for name in PUBLISHED.replace("\n", " ").split(",")]
    assert len(published) == 15


def test_what_is_run_here_is_what_the_contract_runs() -> None:
    assert {slug(here) for _, here, _, state in ROWS if state == "run here"} == set(INDEXES)


def test_what_is_not_exercised_has_what_it_is_sent_recorded_or_is_run_as_another() -> None:
    named = {here for _, here, _, state in ROWS if state == "not exercised here"}
    assert {slug(here) for here in named - set(RUN_AS)} == set(SERVICES)
    assert {RUN_AS[here] for here in named & set(RUN_AS)} <= set(INDEXES)


def test_what_is_not_here_has_a_reason() -> None:
    missing = [name for name, here, _, state in ROWS if state == "not here"]
    assert [bool(here) for _, here, _, state in ROWS] == [state != "not here" for *_, state in ROWS]
    for name in missing:
        assert f"- **{name}**" in SECTIONS["What is not here"]


@pytest.mark.parametrize(("name", "anchor", "state"), [row[1:] for row in ROWS if row[1]])
def test_a_store_has_a_section_that_says_the_same(name: str, anchor: str, state: str) -> None:
    assert anchor == slug(name)
    assert SECTIONS[name].strip().lower().startswith(state)
    assert "RETRIEVAL_INDEX=" in SECTIONS[name]


@pytest.mark.parametrize("name", [name for name in SECTIONS if slug(name) in SERVICES])
def test_a_service_is_set_as_it_is_tested(name: str) -> None:
    service = SERVICES[slug(name)]
    assert f"RETRIEVAL_HAYSTACK_STORE={service.store} " in SECTIONS[name]
    assert secrets(options(name)) == secrets(service.options)
    assert set(options(name)) == set(service.options)


def options(name: str) -> dict[str, Any]:
    [given] = re.findall(r"RETRIEVAL_HAYSTACK_OPTIONS='(.+?)'", SECTIONS[name])
    found: dict[str, Any] = json.loads(given)
    return found


def secrets(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if isinstance(value, dict)}
