"""The peers, each set up as its documentation recommends for production: benchmarks/README.md."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.servers import own_postgres

HYPERCORN = "published design, hypercorn"
UVICORN = "published design, uvicorn"
FASTAPI = "FastAPI + SQLModel"
FASTAPI_POSTGRES = "FastAPI + SQLModel, PostgreSQL"
NINJA = "django-ninja"
DRF = "DRF"
LIMIT = "the limit: bare WSGI"

BIND = "127.0.0.1:{port}"
GRANIAN = (
    *("granian", "--interface=wsgi", "--no-ws", "--host=127.0.0.1", "--port={port}"),
    *("--workers=1", "--blocking-threads=1"),
)
UVICORN_OPTIONS = ("--host=127.0.0.1", "--port={port}", "--no-access-log")
GUNICORN = ("gunicorn", "--workers=1", "--worker-class=gthread", "--threads=4", f"--bind={BIND}")


@dataclass(frozen=True)
class Peer:
    name: str
    command: Sequence[str]
    settings: Mapping[str, str] = field(default_factory=dict)


def peers(arguments: Any, directory: str, stack: ExitStack) -> Iterator[Peer]:
    """Yield the peers; those on PostgreSQL have a database of their own until the stack ends."""

    def module(*command: str) -> tuple[str, ...]:
        return (str(arguments.bench_python), "-m", *command)

    def django(urlconf: str) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.django_settings",
            "URLCONF": f"benchmarks.peers.{urlconf}",
            "DATABASE": f"{directory}/{urlconf}.sqlite3",
        }

    memory, fastapi = "benchmarks.peers.quart_memory:app", "benchmarks.peers.fastapi_sqlmodel:app"
    yield Peer(HYPERCORN, module("hypercorn", "--workers=1", f"--bind={BIND}", memory))
    yield Peer(UVICORN, module("uvicorn", *UVICORN_OPTIONS, memory))
    sqlite = {"DATABASE_URL": f"sqlite:///{directory}/fastapi.sqlite3"}
    yield Peer(FASTAPI, module("uvicorn", *UVICORN_OPTIONS, fastapi), sqlite)
    if arguments.postgres_url:
        url = stack.enter_context(own_postgres(arguments.postgres_url))
        postgres = {"DATABASE_URL": "postgresql+psycopg" + url[url.index("://") :]}
        yield Peer(FASTAPI_POSTGRES, module("uvicorn", *UVICORN_OPTIONS, fastapi), postgres)
    wsgi = "django.core.wsgi:get_wsgi_application"
    yield Peer(NINJA, module(*GRANIAN, "--factory", wsgi), django("ninja_api"))
    yield Peer(DRF, module(*GUNICORN, f"{wsgi}()"), django("drf_api"))
    bare = {"DATABASE": f"{directory}/bare.sqlite3"}
    yield Peer(LIMIT, module(*GRANIAN, "benchmarks.peers.bare_wsgi:application"), bare)
