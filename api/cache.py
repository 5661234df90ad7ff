"""The cache, as one that may be away: what it does not remember is asked for again.

Nothing here keeps its only copy in the cache, so an answer without it is slower, and right.
"""

import logging
from typing import Any

from django.core.cache import cache as django_cache

logger = logging.getLogger(__name__)


class Cache:
    """Django's default cache, which answers as an empty one does while it cannot be reached."""

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return django_cache.get(key, default)
        except Exception:  # whatever a cache's client raises
            logger.exception("The cache did not answer; it counts as empty")
            return default

    def set(self, key: str, value: Any, seconds: float) -> None:
        try:
            django_cache.set(key, value, seconds)
        except Exception:
            logger.exception("The cache did not answer; nothing was kept")

    def delete(self, key: str) -> None:
        try:
            django_cache.delete(key)
        except Exception:
            logger.exception("The cache did not answer; nothing was forgotten")

    def increment(self, key: str, seconds: float, by: int = 1) -> int:
        """Raise the number at `key`, which lives for `seconds`, and return it; 0 without a cache.

        Atomic: no two callers are given the same number.
        """
        try:
            try:
                return django_cache.incr(key, by)
            except ValueError:  # the first
                django_cache.add(key, 0, seconds)
                return django_cache.incr(key, by)
        except Exception:
            logger.exception("The cache did not answer; nothing was counted")
            return 0


cache = Cache()
