"""Todos, and the lists they are in."""

from dataclasses import dataclass

from django.db import connection, models
from django.db.models.functions import Now

from api.compiled import CompiledInsert, CompiledQuery, Statement
from api.usernames import USERNAME_MAX_LENGTH

TODO_MAX_LENGTH = 2_000  # characters


class Todo(models.Model):
    """One line of one list. Its id gives the order and is never used again."""

    store = models.CharField(max_length=50, help_text="The plugin that it was added through.")
    username = models.CharField(max_length=USERNAME_MAX_LENGTH)
    text = models.CharField(max_length=TODO_MAX_LENGTH)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["store", "username", "id"], name="todo_list_order")]

    def __str__(self) -> str:
        return self.text


class NoSuchTodoError(LookupError):
    """There is no todo at that index; nothing was removed."""

    def __init__(self, index: int, length: int) -> None:
        super().__init__(
            f"There is no todo at index {index}: the list has {length}, counted from 0. "
            "Nothing was removed. Read the list with getTodos and choose an index from it."
        )


@dataclass(frozen=True)
class TodoList:
    """The todos of one username in one plugin's store, in the order they were added.

    Every method is one SQL statement, and so atomic.
    """

    store: str
    username: str

    def texts(self, *, limit: int | None = None, offset: int = 0) -> list[str]:
        rows = LIST_TEXTS.rows(store=self.store, username=self.username, limit=limit, offset=offset)
        return [text for (text,) in rows]

    def add(self, text: str) -> None:
        INSERT_TODO.insert(self.store, self.username, text)

    def pop(self, index: int) -> str:
        """Remove the todo at a 0-based index and return its text.

        Two parallel calls never name the same todo. Raises NoSuchTodoError and removes nothing
        when the index is outside the list.
        """
        values = {"store": self.store, "username": self.username, "index": index}
        rows = POP[connection.vendor].rows(values)
        if not rows:
            raise NoSuchTodoError(index, len(self))
        [(text,)] = rows
        return str(text)

    def clear(self) -> None:
        Todo.objects.filter(store=self.store, username=self.username).delete()

    def __len__(self) -> int:
        return Todo.objects.filter(store=self.store, username=self.username).count()


LIST_TEXTS = CompiledQuery(
    lambda store, username: (
        Todo.objects.filter(store=store, username=username).order_by("id").values_list("text")
    )
)
INSERT_TODO = CompiledInsert(Todo, ["store", "username", "text"])


# DELETE … RETURNING, which Django's ORM cannot say. SQLite runs one writing statement at a time.
# PostgreSQL would let two choose the same row: FOR UPDATE makes the second wait, and pass over
# what the first has removed. It locks all rows it passes, so whether there is one comes first.
CHOOSE = """
    SELECT id FROM todos_todo WHERE store = %(store)s AND username = %(username)s
    ORDER BY id LIMIT 1 OFFSET %(index)s
"""
POP = {
    "sqlite": Statement(f"DELETE FROM todos_todo WHERE id = ({CHOOSE}) RETURNING text"),
    "postgresql": Statement(f"""
        DELETE FROM todos_todo WHERE id = (
            CASE WHEN EXISTS ({CHOOSE}) THEN ({CHOOSE} FOR UPDATE) END
        ) RETURNING text
    """),
}
