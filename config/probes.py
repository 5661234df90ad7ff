"""What machines ask of the site itself: whether it lives, whether it can work, how it does.

They come by an address, under any Host, in the clear; so they are answered before all that looks at
these. Nothing else is opened by it, and nothing of it is kept by a cache.
"""

import logging
import secrets
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.loader import MigrationLoader

from api.exceptions import AWAY_SECONDS, DATABASE_AWAY
from api.hosts import FORWARDED, is_loopback, is_loopback_address
from api.request_log import request_log

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Answer = tuple[HTTPStatus, bytes, dict[str, str]]
Probe = Callable[[dict[str, Any]], Answer]

HEALTH = "/healthz"
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
RETRY = {**PLAIN, "Retry-After": str(AWAY_SECONDS)}
logger = logging.getLogger(__name__)


def with_probes(application: Application) -> Application:
    """Answer the probes' paths; all else is the application's."""
    probes: dict[str, Probe] = {HEALTH: health, "/readyz": readiness}
    if settings.METRICS:
        probes["/metrics"] = metrics

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        probe = probes.get(environ.get("PATH_INFO", ""))
        if probe is None:
            return application(environ, start_response)
        status, body, headers = answer(probe, environ)
        headers |= {"Content-Length": str(len(body)), "Cache-Control": "no-store"}
        start_response(f"{status} {status.phrase}", [*headers.items()])
        return [body if environ["REQUEST_METHOD"] != "HEAD" else b""]

    return wrapped


def answer(probe: Probe, environ: dict[str, Any]) -> Answer:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return HTTPStatus.METHOD_NOT_ALLOWED, b"Use GET.\n", {**PLAIN, "Allow": "GET, HEAD"}
    return probe(environ)


def health(environ: dict[str, Any]) -> Answer:
    """Say that the process lives. It asks nobody else."""
    return HTTPStatus.OK, b"ok\n", {**PLAIN}


def readiness(environ: dict[str, Any]) -> Answer:
    """Say whether the database answers, and has the tables that this version wants."""
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = set(cursor.fetchall())
    except DATABASE_AWAY:
        logger.exception("The database did not answer")
        return HTTPStatus.SERVICE_UNAVAILABLE, b"The database does not answer.\n", {**RETRY}
    except DatabaseError:  # of PostgreSQL, where nothing was migrated yet
        applied = set()
    finally:
        close_old_connections()
    if not last_migrations() <= applied:
        detail = b"The database is of another version. Run manage.py migrate.\n"
        return HTTPStatus.SERVICE_UNAVAILABLE, detail, {**RETRY}
    return HTTPStatus.OK, b"ready\n", {**PLAIN}


@cache
def last_migrations() -> frozenset[tuple[str, str]]:
    """Return the last migration of each app, by app and name."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def metrics(environ: dict[str, Any]) -> Answer:
    """Tell Prometheus the figures, on this machine, or from elsewhere with METRICS_TOKEN."""
    from api.metrics import CONTENT_TYPE, exposition

    if not may_read(environ):
        detail = b"Send 'Authorization: Bearer' and METRICS_TOKEN.\n"
        return HTTPStatus.UNAUTHORIZED, detail, {**PLAIN, "WWW-Authenticate": "Bearer"}
    request_log.writer.write()
    return HTTPStatus.OK, exposition(), {"Content-Type": CONTENT_TYPE}


def may_read(environ: dict[str, Any]) -> bool:
    """Say whether a request bears the token; without one set, whether this machine sent it.

    What a proxy hands on comes from this machine too; so there must be no sign of one.
    """
    if token := settings.METRICS_TOKEN:
        scheme, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(sent.encode(), token.encode())
    proxied = settings.PUBLIC_URLS or settings.TRUST_PROXY or settings.PROXY_BUFFERS
    named = (f"HTTP_{name.upper().replace('-', '_')}" for name in FORWARDED)
    return (
        not (proxied or any(name in environ for name in named))
        and is_loopback_address(environ.get("REMOTE_ADDR", ""))
        and is_loopback(f"http://{environ.get('HTTP_HOST', '')}")
    )
