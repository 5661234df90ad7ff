"""Documents of others, kept as they were read."""

import json
from typing import Any

from django.db import models


class DocumentField(models.TextField[Any, Any]):
    """JSON as text: PostgreSQL's own kind refuses NUL, which somebody else's document may hold."""

    empty_values = [None]
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def to_python(self, value: Any) -> Any:
        return value

    def from_db_value(self, value: str | None, *args: Any) -> Any:
        return None if value is None else json.loads(value)  # NULL in an outer join

    def get_prep_value(self, value: Any) -> str:
        return json.dumps(value, default=str)  # YAML has dates
