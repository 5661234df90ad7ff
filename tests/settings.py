"""The site's own settings, with what tests need to be fast and real."""

import os
import tempfile
from urllib.parse import urlsplit

# <examples>
# Of the servers that tests start, those that want workers say so.
os.environ.setdefault("LOAD_WORKERS", "0")
# </examples>

from tests.site.settings import *  # noqa: F403
from tests.site.settings import CACHES, DATABASES

# Accounts are made in many tests; a real password hash takes a tenth of a second each.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]

# A file, not memory: only there does SQLite lock and keep a log as it does in use.
if DATABASES["default"]["ENGINE"] == "api.sqlite":
    DATABASES["default"]["TEST"] = {
        "NAME": f"{tempfile.gettempdir()}/example-plugins-test-{os.getpid()}.sqlite3"
    }

# No thread writes into a test's transaction: what tests want written, they write.
NOTES_SECONDS = 0.0

# The threads of a listening server give their connections back, or PostgreSQL keeps the test
# database from being dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0

# Each test ends with an emptied cache: parallel workers have a Redis database each.
_, _, worker = os.environ.get("PYTEST_XDIST_WORKER", "").rpartition("gw")
if worker and CACHES["default"]["BACKEND"].endswith("RedisCache"):
    location = urlsplit(CACHES["default"]["LOCATION"])
    number = int(location.path.strip("/") or 0) + 1 + int(worker)
    CACHES["default"]["LOCATION"] = location._replace(path=f"/{number}").geturl()

# <examples>
# However busy the machine is, a small file is saved while its sender waits.
RETRIEVAL_WAIT_SECONDS = 20.0
# </examples>
