"""What every worker does before it takes turns, whichever queue they are in."""

import os

from django.conf import settings

from retrieval.loads import kept
from retrieval.loads.tasks import revive

NICE = 10
"""Who loads lets those first whose requests are answered."""


def prepare() -> None:
    """Make this process one that works behind, and take up what one before it has left."""
    os.nice(NICE)
    settings.RETRIEVAL_EMBEDDING_THREADS = 1  # more workers make more use of more cores
    kept.drop_left()
    revive(at_once=True)
