"""Querysets whose SQL is compiled once.

Compiling a queryset is the largest single cost of a small request (`benchmarks/`): the SQL
of a hot read never changes, only its values do. The queryset stays the only place where the
query is written down.
"""

import inspect
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet


class CompiledQuery:
    """Runs `build(**values).values_list(…)` without compiling it at each call.

    `build` takes text values only, and must use each in a plain comparison, so that it
    reaches the SQL as a parameter. Rows come back as the database driver gives them: select
    columns that need no conversion (text, integers).
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self.build = build
        self.marks = {f"\0{name}": name for name in inspect.signature(build).parameters}
        self.compiled: dict[str, tuple[str, list[Any]]] = {}

    def sql(self, alias: str) -> tuple[str, list[Any]]:
        """Return the SQL for one database, and its parameters: marks or constants."""
        if alias not in self.compiled:
            queryset = self.build(**{name: mark for mark, name in self.marks.items()})
            sql, params = queryset.query.get_compiler(alias).as_sql()
            if not set(self.marks) <= set(params):
                raise TypeError(f"A value of {self.build} does not reach the SQL as a parameter.")
            self.compiled[alias] = sql, list(params)
        return self.compiled[alias]

    def rows(
        self, *, limit: int | None = None, offset: int = 0, **values: str
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows (all, when None), after skipping `offset`."""
        connection = connections[DEFAULT_DB_ALIAS]
        sql, params = self.sql(DEFAULT_DB_ALIAS)
        bound = [values[self.marks[p]] if p in self.marks else p for p in params]
        if limit is None:
            limit = connection.ops.no_limit_value()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*bound, limit, offset])
            return cursor.fetchall()
