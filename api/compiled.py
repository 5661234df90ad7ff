"""SQL that the ORM writes once, and that the database's driver runs.

Compiling a queryset is the largest single cost of a small request (`benchmarks/`), while the
SQL of a hot statement never changes: only its values do. The queryset, or the model, stays the
only place where the statement is written down.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery

Values = Sequence[Any] | Mapping[str, Any]


class Statement:
    """One SQL statement, with `%s` or `%(name)s` where its values go, as Django writes it.

    Django's cursor costs more than what it does here, so the driver's own runs the statement. Where
    queries are logged or wrapped, or a transaction is broken, Django's is used, and sees to that.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def rows(self, values: Values) -> list[tuple[Any, ...]]:
        """Return all rows, as the driver gives them."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        connection.close_if_health_check_failed()
        special = connection.queries_logged or connection.execute_wrappers
        if connection.connection is None or special or connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, values)
                return cursor.fetchall() if cursor.description else []
        with connection.wrap_database_errors:
            driver = connection.connection
            if connection.vendor == "sqlite":
                rows: list[tuple[Any, ...]] = driver.execute(self.in_sqlite, values).fetchall()
                return rows
            # Values go by themselves, where Django's writes them into the SQL, which could then
            # not be prepared.
            cursor = psycopg.Cursor(driver)
            cursor.execute(self.sql, values)
            return cursor.fetchall() if cursor.description else []

    @cached_property
    def in_sqlite(self) -> str:
        """The statement as this driver takes it, with `?` or `:name`."""
        return re.sub(r"%\((\w+)\)s", r":\1", self.sql).replace("%s", "?").replace("%%", "%")


class CompiledQuery:
    """Runs the queryset that `build(**values)` returns, without compiling it at each call.

    `build` takes text values only and uses each in a plain comparison, so that it reaches the
    SQL as a parameter. Rows come back as the database driver gives them: choose columns that
    need no conversion (text, integers) with `values_list`.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.build = build

    @cached_property
    def compiled(self) -> tuple[Statement, list[Any], dict[str, str], Any]:
        """The statement, its parameters, which of them stand for which value, and for no limit."""
        connection = connections[DEFAULT_DB_ALIAS]
        marks = {f"<{name}>": name for name in inspect.signature(self.build).parameters}
        queryset = self.build(**{name: mark for mark, name in marks.items()})
        sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        if not marks.keys() <= set(params):
            raise TypeError("A value does not reach the SQL as a parameter of its own.")
        statement = Statement(f"{sql} LIMIT %s OFFSET %s")
        return statement, list(params), marks, connection.ops.no_limit_value()

    def rows(
        self, *, limit: int | None = None, offset: int = 0, **values: str
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows (all, when None), after skipping `offset`."""
        statement, params, marks, no_limit = self.compiled
        bound = [values[marks[param]] if param in marks else param for param in params]
        return statement.rows([*bound, no_limit if limit is None else limit, offset])


class CompiledInsert:
    """Inserts rows of `model` by the text `fields` given; the database fills in the rest."""

    def __init__(self, model: type[Model], fields: Sequence[str]) -> None:
        self.model = model
        self.fields = fields

    @cached_property
    def statement(self) -> Statement:
        query = InsertQuery(self.model)
        marks = {name: f"<{name}>" for name in self.fields}
        fields = [self.model._meta.get_field(name) for name in self.fields]
        query.insert_values(fields, [self.model(**marks)])  # type: ignore[arg-type]
        connection = connections[DEFAULT_DB_ALIAS]
        [(sql, params)] = query.get_compiler(connection=connection).as_sql()
        if list(params) != list(marks.values()):
            raise TypeError("A field does not reach the SQL as a parameter of its own.")
        return Statement(sql)

    def insert(self, *values: str) -> None:
        """Insert one row; the values stand in the order of the fields."""
        self.statement.rows(values)
