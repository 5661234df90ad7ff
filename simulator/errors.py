"""What stops a step."""

MANAGE = ".venv/bin/python manage.py"
"""What begins a command in a checkout."""


class StepError(Exception):
    """Why a step cannot be done, and how to mend it, in words for whoever takes it."""
