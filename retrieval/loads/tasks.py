"""The task that workers run, and what makes sure that there is one for them.

A task names no load: it is a turn, at whoever waited longest. It puts the next one into the queue
as long as there is work, so that a queue which is first in, first out serves all alike.

As long as there is work, a turn is in the queue, now or later: who dies at one leaves another.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult, get_date_max

from api.cache import cache
from retrieval.loads.lease import LEASE, free
from retrieval.loads.models import OPEN, Load

logger = logging.getLogger(__name__)

REVIVED = "retrieval:loads:revived"
REVIVE_AGAIN = 30  # seconds
AWAY = 2  # seconds for which a queue that did not answer is not asked again; less than a turn
MOST_AT_ONCE = 16
"""Turns that are put into the queue together; so many workers share the files of an archive."""
AFTER = timedelta(seconds=1)
"""From when somebody's lease ends, or a load is to be tried again, until its turn."""
away_until = 0.0


@task()
def turn() -> None:
    from retrieval.loads.turns import take_turn  # whose steps may ask for more turns

    look_again(timezone.now() + LEASE)  # whether this one is still there by then
    if take_turn():
        go_on()
    else:
        look_again()


def go_on(files: int = 1) -> None:
    """Put turns for so many files into the queue; who looks at a load that rests tries again."""
    enqueue(turn, min(files, MOST_AT_ONCE))


def enqueue(of: Any, times: int = 1) -> None:
    if is_away():
        return
    try:
        for _ in range(times):
            of.enqueue()
    except Exception:
        leave_alone()


def is_away() -> bool:
    """Tell whether the queue did not answer just now: each try takes a second, of each file."""
    return time.monotonic() < away_until


def leave_alone() -> None:
    """Ask the queue nothing for a moment, and log why."""
    global away_until
    away_until = time.monotonic() + AWAY
    logger.exception("The queue is away: loads wait until a worker starts, or somebody looks")


def look_again(at: datetime | None = None) -> None:
    """See to it that there is a turn by some moment, or else by when one can go on with a load."""
    work = Load.objects.filter(stage__in=OPEN)
    if not work.exists():
        return
    if at is None and not work.filter(free()).exists():
        at = work.aggregate(soonest=Min("leased_until"))["soonest"]
    if not is_queued(by=(at or timezone.now()) + AFTER):
        enqueue(turn.using(run_after=at + AFTER) if at else turn)


def is_queued(*, by: datetime) -> bool:
    """Tell whether a turn is in the queue that will have begun by then, if anybody works."""
    if settings.LOADS_QUEUE == "rq":
        return is_in_redis(by)
    waiting = DBTaskResult.objects.filter(task_path=turn.module_path, status="READY")
    return (
        waiting.filter(run_after__lte=by).exists()
        or waiting.filter(run_after=get_date_max()).exists()
    )


def is_in_redis(by: datetime) -> bool:
    from django_rq import get_queue  # which wants settings that only such a site has

    if is_away():
        return True
    try:
        queue = get_queue()
        later = queue.scheduled_job_registry.get_jobs_to_schedule(int(by.timestamp()), 1)
        return bool(later or queue.count)
    except Exception:  # whatever its client raises; none can be put into it now
        leave_alone()
        return True


def revive(*, at_once: bool = False) -> None:
    """Put a turn into the queue where loads wait and there is none: it lost it, or was away."""
    if at_once or cache.increment(REVIVED, REVIVE_AGAIN) <= 1:
        look_again()
