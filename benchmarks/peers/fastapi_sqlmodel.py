"""FastAPI with SQLModel, as its tutorial writes an API on a database."""

import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, create_engine, select


class Todo(SQLModel, table=True):  # type: ignore[call-arg]
    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(index=True, max_length=150)
    text: str = Field(max_length=2000)


class AddTodo(SQLModel):
    todo: str = Field(max_length=2000, min_length=1)


class DeleteTodo(SQLModel):
    todo_idx: int = Field(ge=0)


class Todos(SQLModel):
    todos: list[str]


class Deleted(SQLModel):
    deleted: str


engine = create_engine(os.environ["DATABASE_URL"])


@event.listens_for(engine, "connect")
def tune(connection: Any, record: Any) -> None:
    if engine.dialect.name == "sqlite":
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=20000")


def get_session() -> Any:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
SQLModel.metadata.create_all(engine)
app = FastAPI()


@app.get("/todos/{username}")
def get_todos(username: str, session: SessionDep) -> Todos:
    statement = select(Todo).where(Todo.username == username).order_by(Todo.id)
    return Todos(todos=[todo.text for todo in session.exec(statement)])


@app.post("/todos/{username}")
def add_todo(username: str, body: AddTodo, session: SessionDep) -> AddTodo:
    session.add(Todo(username=username, text=body.todo))
    session.commit()
    return body


@app.delete("/todos/{username}")
def delete_todo(username: str, body: DeleteTodo, session: SessionDep) -> Deleted:
    statement = select(Todo).where(Todo.username == username).order_by(Todo.id)
    todo = session.exec(statement.offset(body.todo_idx).limit(1).with_for_update()).first()
    if todo is None:
        raise HTTPException(status_code=404, detail="No such todo.")
    text = todo.text
    session.delete(todo)
    session.commit()
    return Deleted(deleted=text)
