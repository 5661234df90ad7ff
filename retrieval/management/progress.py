"""Work that takes long: how far it is, and how to go on with what was stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from retrieval.exceptions import OtherModelError, UnavailableError
from retrieval.models import Collection


@contextmanager
def progress(go_on: str, **bar: Any) -> Iterator[Any]:
    """Show a bar where somebody looks on; turn what stops the work into words."""
    try:
        with tqdm(disable=None, leave=False, **bar) as shown:
            yield shown
    except KeyboardInterrupt as error:
        raise CommandError(f"Stopped. {go_on}") from error
    except (UnavailableError, OtherModelError) as error:
        raise CommandError(f"{getattr(error, 'reason', error)} {go_on}") from error


def no_documents(store: str) -> str:
    """Say that a store is empty, and which are not."""
    filled = Collection.objects.filter(chunk_count__gt=0).order_by()
    stores = sorted(set(filled.values_list("store", flat=True)))
    there = f"There are some of: {', '.join(stores)}." if stores else "There are none at all."
    return f"There are no documents of a plugin '{store}'. {there}"
