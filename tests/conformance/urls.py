"""The site's URLs, once the server for the suite is in its place."""

from config.urls import *  # noqa: F403
from tests.conformance.server import install

install()
