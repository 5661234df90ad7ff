"""Todos, and the lists they are in."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now

from api.compiled import CompiledInsert, CompiledQuery, Statement
from api.usernames import USERNAME_MAX_LENGTH

TODO_MAX_LENGTH = 2_000  # characters
PAGE_MAX_LENGTH = 200_000  # characters of all todos in one answer


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


class FullListError(Exception):
    """The list has as many todos as it may; nothing was added."""

    def __init__(self) -> None:
        super().__init__(
            f"The list is full: it holds {settings.TODO_QUOTA:,} todos. Nothing was added. "
            "Delete what is done first."
        )


@dataclass(frozen=True)
class Removed:
    """A todo that is gone, as it was: its id is its place, and no other todo's."""

    id: int
    text: str
    created_at: str


@dataclass(frozen=True)
class TodoList:
    """The todos of one username in one plugin's store, in the order they were added.

    Every method is one SQL statement, and so atomic.
    """

    store: str
    username: str

    def rows(self, *, limit: int, offset: int = 0) -> list[tuple[int, str]]:
        """Return ids and texts."""
        return LIST_ROWS.rows(store=self.store, username=self.username, limit=limit, offset=offset)

    def texts(self, *, limit: int | None = None, offset: int = 0) -> list[str]:
        rows = LIST_TEXTS.rows(store=self.store, username=self.username, limit=limit, offset=offset)
        return [text for (text,) in rows]

    def page(self, *, limit: int | None = None, offset: int = 0) -> tuple[list[str], int | None]:
        """Return texts, TODO_PAGE and PAGE_MAX_LENGTH at most, and where the rest begins."""
        limit = min(limit or settings.TODO_PAGE, settings.TODO_PAGE)
        texts = self.texts(limit=limit + 1, offset=offset)
        if len(texts) > PAGE_MAX_LENGTH // TODO_MAX_LENGTH:  # or they fit in any case
            ends = list(accumulate(map(len, texts)))
            limit = min(limit, bisect_right(ends, PAGE_MAX_LENGTH))
        if len(texts) <= limit:
            return texts, None
        return texts[:limit], offset + limit

    def add(self, text: str) -> None:
        """Add a todo at the end; raises FullListError.

        Those who add at the same moment on PostgreSQL may each find the last place free.
        """
        values = {"store": self.store, "username": self.username, "text": text}
        if not settings.TODO_QUOTA:
            INSERT_TODO.insert(*values.values())
        elif not ADD.rows({**values, "last": settings.TODO_QUOTA - 1}):
            raise FullListError

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

    def remove(self, pk: int) -> "Removed | None":
        """Remove the todo of an id; None where it is not on the list any more."""
        values = {"store": self.store, "username": self.username, "id": pk}
        rows = REMOVE.rows(values)
        return Removed(pk, rows[0][0], str(rows[0][1])) if rows else None

    def put_back(self, removed: "Removed") -> bool:
        """Put what was removed in its place again; False where it is there already.

        Raises FullListError.
        """
        if settings.TODO_QUOTA and self.rows(limit=1, offset=settings.TODO_QUOTA - 1):
            raise FullListError
        return bool(
            PUT_BACK.rows({"store": self.store, "username": self.username, **vars(removed)})
        )

    def clear(self) -> None:
        Todo.objects.filter(store=self.store, username=self.username).delete()

    def __len__(self) -> int:
        return Todo.objects.filter(store=self.store, username=self.username).count()


LIST_TEXTS = CompiledQuery(
    lambda store, username: (
        Todo.objects.filter(store=store, username=username).order_by("id").values_list("text")
    )
)
LIST_ROWS = CompiledQuery(
    lambda store, username: (
        Todo.objects.filter(store=store, username=username).order_by("id").values_list("id", "text")
    )
)
INSERT_TODO = CompiledInsert(Todo, ["store", "username", "text"])
# Whether there is a last todo the index alone tells, which is read that far.
ADD = Statement("""
    INSERT INTO todos_todo (store, username, text)
    SELECT CAST(%(store)s AS varchar), CAST(%(username)s AS varchar), %(text)s WHERE NOT EXISTS (
        SELECT 1 FROM todos_todo WHERE store = %(store)s AND username = %(username)s
        ORDER BY id LIMIT 1 OFFSET %(last)s
    ) RETURNING id
""")


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

# By its own id: whatever a client did since the list was read, this is that todo or none.
REMOVE = Statement("""
    DELETE FROM todos_todo WHERE id = %(id)s AND store = %(store)s AND username = %(username)s
    RETURNING text, created_at
""")
PUT_BACK = Statement("""
    INSERT INTO todos_todo (id, store, username, text, created_at)
    VALUES (%(id)s, %(store)s, %(username)s, %(text)s, %(created_at)s)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
