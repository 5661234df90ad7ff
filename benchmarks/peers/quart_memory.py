"""What everything is compared with: the published todo example's design, in memory, on Quart.

Our own writing of that design: a dict of lists in one process, the body read as JSON whatever
its Content-Type, CORS by quart-cors.
"""

import quart
import quart_cors

app = quart_cors.cors(quart.Quart(__name__), allow_origin="https://chat.openai.com")
todos: dict[str, list[str]] = {}


@app.post("/todos/<string:username>")
async def add_todo(username: str) -> quart.Response:
    body = await quart.request.get_json(force=True)
    todos.setdefault(username, []).append(body["todo"])
    return quart.Response(response="OK", status=200)


@app.get("/todos/<string:username>")
async def get_todos(username: str) -> quart.Response:
    return quart.jsonify({"todos": todos.get(username, [])})


@app.delete("/todos/<string:username>")
async def delete_todo(username: str) -> quart.Response:
    body = await quart.request.get_json(force=True)
    if 0 <= body["todo_idx"] < len(todos.get(username, [])):
        todos[username].pop(body["todo_idx"])
    return quart.Response(response="OK", status=200)
