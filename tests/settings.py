"""The site's own settings, with what tests need to be fast and real."""

import os
import tempfile

from config.settings import *  # noqa: F403
from config.settings import DATABASES

# Accounts are made in many tests; a real password hash takes a tenth of a second each.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]

# A file, not memory: only there does SQLite lock and keep a log as it does in use.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {
        "NAME": f"{tempfile.gettempdir()}/example-plugins-test-{os.getpid()}.sqlite3"
    }

# The threads of a listening server give their connections back, or PostgreSQL keeps the test
# database from being dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0
