"""How secrets are kept: those that people choose, and those that this site made itself."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from api.dear_work import dear_work


class PasswordHasher(PBKDF2PasswordHasher):
    """Django's own, which is slow on purpose: so it is dear work."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with dear_work(brief=True):
            return super().encode(password, salt, iterations)


class ClientSecretHasher(PBKDF2PasswordHasher):
    """PBKDF2, run once.

    A client secret is random and long: there is nothing to guess, so repeating the hash
    would only burn 200 ms of CPU at each token exchange.
    """

    algorithm = "pbkdf2_sha256_once"
    iterations = 1
