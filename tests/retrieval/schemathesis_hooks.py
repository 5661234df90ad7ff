"""What a schema cannot say of a valid upsert: no id is there twice."""

from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Leave out a document whose id another has; test_operations.py tells what it answers."""
    documents = case.body.get("documents") if isinstance(case.body, dict) else None
    if not isinstance(documents, list):
        return
    seen: list[Any] = []
    for document in [*documents]:
        key = document.get("id") if isinstance(document, dict) else None
        if isinstance(key, str) and key in seen:
            documents.remove(document)
        seen.append(key)
