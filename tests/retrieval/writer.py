"""Upserts new versions of the same documents until it is killed. Run by test_killed.py."""

import os
import sys

import django

DOCUMENTS = 6
SENTENCES = 30


def text(document: int, version: int) -> str:
    """Return a text of several chunks, every one of which bears its version."""
    return "\n\n".join(
        f"Version v{version}x of document {document}, sentence {n}: the heron stands in the mill "
        f"pond and waits, v{version}x."
        for n in range(SENTENCES)
    )


def main() -> None:
    django.setup()
    from retrieval.datastore import Datastore, NewDocument

    store = Datastore("retrieval-none")
    version = int(sys.argv[1])
    while True:
        version += 1
        store.upsert([NewDocument(id=f"d{n}", text=text(n, version)) for n in range(DOCUMENTS)])
        sys.stdout.write(f"{version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
