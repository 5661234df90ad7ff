"""What every worker does before it takes turns, whichever queue they are in."""

from django.conf import settings

from api.processes import let_others_first
from retrieval.loads import cores, kept
from retrieval.loads.tasks import revive
from retrieval.sweeping import sweep_soon


def prepare() -> None:
    """Make this process one that works behind, and take up what one before it has left."""
    let_others_first()
    cores.begin()
    settings.RETRIEVAL_EMBEDDING_THREADS = 1  # more workers make more use of more cores
    kept.drop_left()
    sweep_soon()
    revive(at_once=True)
