"""The secret of a development checkout: random, kept in a file, refused by production.

A constant in the code would let anybody forge a session on a development site that is shown
through a tunnel.
"""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key

INSECURE_PREFIX = "django-insecure-"  # Django's own mark, see its check security.W009


def development_secret_key(path: Path) -> str:
    """Return the key kept in `path`; the first caller writes it, readable by its user alone."""
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:
            draft.write(INSECURE_PREFIX + get_random_secret_key())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)  # atomic: of two first processes, one key wins
    return path.read_text(encoding="ascii")
