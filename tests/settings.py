"""The site's own settings, with a password hasher that costs the tests no time."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as in the field: the locks of a database in memory are others.
    DATABASES["default"]["TEST"] = {"NAME": BASE_DIR / "test.sqlite3"}  # type: ignore[index]  # noqa: F405
# The threads of a listening server give their connections back, or PostgreSQL keeps the
# test database from being dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
