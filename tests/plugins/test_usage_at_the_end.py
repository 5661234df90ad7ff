"""A process that ends writes down what it counted; so does a server's worker that is asked to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

COUNT = """
import sys
from multiprocessing import get_context

def count_calls():
    import django
    django.setup()
    from plugins.usage import count_call
    for _ in range(7):
        count_call("todo", "todos", "GET", 200)

if __name__ == "__main__":
    if sys.argv[1] == "worker":
        worker = get_context("spawn").Process(target=count_calls)
        worker.start()
        worker.join()
    else:
        count_calls()
"""


@pytest.mark.outside
@pytest.mark.parametrize("kind", ["process", "worker"])
def test_what_was_counted_is_written_at_the_end(tmp_path: Path, kind: str) -> None:
    script = tmp_path / "count_calls.py"
    script.write_text(COUNT)
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(settings.BASE_DIR),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "NOTES_SECONDS": "600",
    }

    def run(*args: str) -> str:
        command = [sys.executable, *args]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("manage.py", "migrate", "--verbosity=0")
    run(str(script), kind)
    usage = "from plugins.models import Usage; print(Usage.objects.get().number)"
    assert run("manage.py", "shell", "--no-imports", "-c", usage).strip() == "7"
