"""How secrets are kept that this site made itself."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ClientSecretHasher(PBKDF2PasswordHasher):
    """PBKDF2, run once.

    A client secret is random and long: there is nothing to guess, so repeating the hash
    would only burn 200 ms of CPU at each token exchange.
    """

    algorithm = "pbkdf2_sha256_once"
    iterations = 1
