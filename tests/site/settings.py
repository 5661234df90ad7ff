"""The site's own settings, with the list of the tests' site."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

PLUGINS = "tests.site.plugins.PLUGINS"
if "todos" not in INSTALLED_APPS:
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.site.todos"]
    TODO_PAGE, TODO_QUOTA = 1_000, 10_000
