"""The list of the tests' site: one todo plugin for each auth scheme, and all that the site has.

The site's own stand in for those of the same slug.
"""

from config import plugins as site
from plugins.auth import AuthScheme, NoAuth, OAuth, Scope, ServiceHTTP, UserHTTP
from plugins.plugin import Plugin
from todos.urls import TODO_API


def todo_plugin(slug: str, name: str, name_for_model: str, auth: AuthScheme) -> Plugin:
    return Plugin(
        slug=slug,
        name_for_human=name,
        name_for_model=name_for_model,
        description_for_human="Manage a list of todos.",
        description_for_model="Manages a list of todos.",
        auth=auth,
        api=TODO_API,
    )


TODO_PLUGINS = (
    todo_plugin("todo", "TODO List", "todo", NoAuth()),
    todo_plugin("todo-service", "TODO List (service)", "todoService", ServiceHTTP()),
    todo_plugin("todo-user", "TODO List (personal)", "todoUser", UserHTTP()),
    todo_plugin(
        "todo-oauth",
        "TODO List (OAuth)",
        "todoOauth",
        OAuth(
            read=Scope("todos:read", "See the todos on your list"),
            write=Scope("todos:write", "Add todos to your list, and delete them"),
        ),
    ),
)
PLUGINS = tuple({plugin.slug: plugin for plugin in (*TODO_PLUGINS, *site.PLUGINS)}.values())
