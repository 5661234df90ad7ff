"""What the benchmarks inside one process share: a database of their own, times, and tables."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.servers import production_settings


@contextmanager
def own_site() -> Iterator[Path]:
    """Set Django up as in production, with a new database, or DATABASE_URL's; yield its folder."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        database_url = os.environ.get("DATABASE_URL", f"sqlite:///{directory}/bench.sqlite3")
        os.environ |= production_settings(database_url)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(directory)


def timed(call: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    """Return what a call returns, and the milliseconds that it took."""
    started = time.perf_counter()
    result = call(*arguments, **options)
    return result, (time.perf_counter() - started) * 1000


def table_row(*cells: object) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"
