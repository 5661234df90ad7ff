import pytest
pytestmark = pytest.mark.django_db
def test_a(todo):
    assert todo.post("/todos/ann", {"todo":"x"}).status_code == 200
    assert todo.get("/todos/ann").json() == {"todos":["x"]}
    from todos.models import INSERT_TODO, LIST_TEXTS, Todo
    print(Todo.objects.get().created_at)
    print(INSERT_TODO.sql, LIST_TEXTS.statement)
