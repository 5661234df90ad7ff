"""SQL that the ORM writes once.

Compiling a queryset is the largest single cost of a small request (`benchmarks/`), while the
SQL of a hot statement never changes: only its values do. The queryset, or the model, stays the
only place where the statement is written down.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery


class CompiledQuery:
    """Runs the queryset that `build(**values)` returns, without compiling it at each call.

    `build` takes text values only and uses each in a plain comparison, so that it reaches the
    SQL as a parameter. Rows come back as the database driver gives them: choose columns that
    need no conversion (text, integers) with `values_list`.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.build = build

    @cached_property
    def statement(self) -> tuple[str, list[Any], dict[str, str]]:
        """The SQL, its parameters, and which of them stand for which value."""
        marks = {f"<{name}>": name for name in inspect.signature(self.build).parameters}
        queryset = self.build(**{name: mark for mark, name in marks.items()})
        sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        if not marks.keys() <= set(params):
            raise TypeError("A value does not reach the SQL as a parameter of its own.")
        return f"{sql} LIMIT %s OFFSET %s", list(params), marks

    def rows(
        self, *, limit: int | None = None, offset: int = 0, **values: str
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows (all, when None), after skipping `offset`."""
        sql, params, marks = self.statement
        bound = [values[marks[param]] if param in marks else param for param in params]
        with connection.cursor() as cursor:
            no_limit = cursor.db.ops.no_limit_value()
            cursor.execute(sql, [*bound, no_limit if limit is None else limit, offset])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class CompiledInsert:
    """Inserts rows of `model` by the text `fields` given; the database fills in the rest."""

    def __init__(self, model: type[Model], fields: Sequence[str]) -> None:
        self.model = model
        self.fields = fields

    @cached_property
    def sql(self) -> str:
        query = InsertQuery(self.model)
        marks = {name: f"<{name}>" for name in self.fields}
        fields = [self.model._meta.get_field(name) for name in self.fields]
        query.insert_values(fields, [self.model(**marks)])  # type: ignore[arg-type]
        sql: str
        [(sql, params)] = query.get_compiler(connection=connection).as_sql()
        if list(params) != list(marks.values()):
            raise TypeError("A field does not reach the SQL as a parameter of its own.")
        return sql

    def insert(self, *values: str) -> None:
        """Insert one row; the values stand in the order of the fields."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
