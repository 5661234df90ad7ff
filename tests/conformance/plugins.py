"""The list of the tests' site, and one plugin more for the suite."""

from plugins.auth import NoAuth
from plugins.plugin import Plugin
from tests.conformance.server import SLUG
from tests.site.plugins import PLUGINS as OTHERS
from todos.urls import TODO_API


class SuitePlugin(Plugin):
    """One that borrows its logo."""

    @property
    def logo(self) -> str:
        return "logos/todo.png"


PLUGINS = (
    *OTHERS,
    SuitePlugin(
        slug=SLUG,
        name_for_human="Conformance",
        name_for_model="conformance",
        description_for_human="Answers the conformance suite.",
        description_for_model="Answers the conformance suite.",
        auth=NoAuth(),
        api=TODO_API,
    ),
)
