#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config.command_line import run
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"{error}. The project's packages live in .venv: run `make setup`, "
            "then `.venv/bin/python manage.py …`."
        ) from error
    run(sys.argv)


if __name__ == "__main__":
    main()
