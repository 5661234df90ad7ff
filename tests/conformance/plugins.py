"""The list of the tests' site, and one plugin more for the suite."""

from plugins.auth import NoAuth
from tests.conformance.server import SLUG
from tests.site.plugins import PLUGINS as OTHERS
from tests.site.plugins import todo_plugin

PLUGINS = (*OTHERS, todo_plugin(SLUG, "Conformance", "conformance", NoAuth()))
