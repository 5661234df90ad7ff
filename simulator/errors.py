"""What stops a step."""


class StepError(Exception):
    """Why a step cannot be done, and how to mend it, in words for whoever takes it."""
