"""The tests' site with one plugin more."""

from tests.live_settings import *  # noqa: F403

PLUGINS = "tests.conformance.plugins.PLUGINS"
ROOT_URLCONF = "tests.conformance.urls"
