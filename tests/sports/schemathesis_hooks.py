"""What a schema cannot say of a valid query: start_date is not after end_date."""

from typing import Any

import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Exchange two days that stand in the wrong order; test_queries.py tells what they answer."""
    query = case.query or {}
    start, end = query.get("start_date"), query.get("end_date")
    if isinstance(start, str) and isinstance(end, str) and start > end:
        query["start_date"], query["end_date"] = end, start
