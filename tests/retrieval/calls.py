"""A call of every tool of retrieval, for clients that others wrote (`tests/clients/calls.py`)."""

from typing import Any

OFFICE = {"id": "the-office", "text": "The office is in the old mill."}
QUESTION = "Where is the office?"

CALLS: dict[str, dict[str, Any]] = {
    "upsertDocuments": {"documents": [OFFICE]},
    "queryDocuments": {"queries": [{"query": QUESTION, "top_k": 1}]},
    "getDocument": {"id": OFFICE["id"]},
    "search": {"query": QUESTION},
    "fetch": {"id": OFFICE["id"]},
}
BEFORE = ("POST", "/upsert", {"documents": [OFFICE]})
"""What it takes where no tool lets anybody save."""
