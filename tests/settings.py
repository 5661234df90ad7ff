"""The site's own settings, with a password hasher that costs the tests no time."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "oauth_demo.hashers.ClientSecretHasher",
]
