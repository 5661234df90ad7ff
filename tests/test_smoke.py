import pytest
pytestmark = pytest.mark.django_db
def test_a(todo):
    assert todo.post("/todos/ann", raw=b"").status_code == 400
