"""A Redis of a test's own, on a free port, which the test can stop and start again."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import override_settings


class RedisServer:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @property
    def cache(self) -> dict[str, Any]:
        """What the site makes of a CACHE_URL that names this Redis."""
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{self.port}/0",
            "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25},
        }

    def start(self) -> None:
        address = ("--bind", "127.0.0.1", "--port", str(self.port))
        self.process = subprocess.Popen(
            ["redis-server", *address, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("Redis did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(60)


@contextmanager
def redis_cache() -> Iterator[RedisServer]:
    """Let the site's cache be in a Redis that can be stopped."""
    if not shutil.which("redis-server"):
        pytest.skip("There is no redis-server on this machine.")
    server = RedisServer()
    server.start()
    try:
        with override_settings(CACHES={"default": server.cache}):
            yield server
    finally:
        server.stop()
