"""Turns at loads: whoever waited longest is served for some seconds, then whoever did then."""

import logging
import time

from django.db import InterfaceError, OperationalError
from django.db.models import Count, F, Max
from django.utils import timezone

from retrieval.exceptions import (
    BadInputError,
    OtherModelError,
    RefusedError,
    UnavailableError,
)
from retrieval.loads import cores, kept
from retrieval.loads.lease import MOST_TRIES, Lease, LeaseLostError, free, leased
from retrieval.loads.models import ENDED, PROBLEM_MAX_LENGTH, Load, Stage
from retrieval.loads.steps import STEPS
from retrieval.parsing import UnreadableFileError

logger = logging.getLogger(__name__)

TURN = 5  # seconds, and then the step that has begun
WRONG = (BadInputError, RefusedError, UnreadableFileError)
"""What no other try would mend."""
ENDED_EACH_TIME = (
    f"It was begun {MOST_TRIES} times, and each time the process that worked at it ended. Split "
    "it, save it in a simpler format, or ask the operator to look into the log."
)
OWN_FAULT = "The site failed at it, which its operator finds in the log."


def take_turn() -> bool:
    """Go on with the loads of whoever waited longest; tell whether somebody else waits."""
    cores.settle()
    ends = time.monotonic() + TURN
    owner = next_owner()
    while owner and (load := Load.objects.filter(free(), **owner).order_by("pk").first()):
        with leased(load) as lease:
            if lease:
                work(lease, ends)
        if time.monotonic() >= ends:
            break
    return Load.objects.filter(free()).exists()


def next_owner() -> dict[str, str] | None:
    """Return whose last turn is the longest ago, of those who have something to load."""
    owners = Load.objects.values("store", "username").order_by()
    waiting = owners.annotate(waits=Count("pk", filter=free()), last=Max("turn_at"))
    first = waiting.filter(waits__gt=0).order_by(F("last").asc(nulls_first=True), "store")
    found = first.values_list("store", "username").first()
    return {"store": found[0], "username": found[1]} if found else None


def work(lease: Lease, ends: float) -> None:
    """Do steps until the load has ended or the turn has."""
    load = lease.load
    try:
        if load.tries > MOST_TRIES:
            fail(lease, load.problem or ENDED_EACH_TIME)
        while load.is_open:
            STEPS[load.stage](lease)
            if time.monotonic() >= ends:
                break
    except LeaseLostError:
        forget_if_ended(load)
    except OtherModelError as error:
        lease.put_off(str(error), passes=True)
    except WRONG as error:
        fail(lease, str(error))
    except UnavailableError as error:
        lease.put_off(error.reason, passes=True)
    except (InterfaceError, OperationalError):  # then nothing can be written down
        logger.exception("Load %s: the database did not answer; it is tried again", load.pk)
        raise
    except Exception:
        logger.exception("Load %s failed; it is tried again", load.pk)
        lease.put_off(OWN_FAULT)


def fail(lease: Lease, problem: str) -> None:
    """Write down why a load has failed, unless it is somebody else's, or was cancelled."""
    problem = problem[:PROBLEM_MAX_LENGTH]
    try:
        lease.update(stage=Stage.FAILED, ended_at=timezone.now(), problem=problem)
    except LeaseLostError:
        forget_if_ended(lease.load)
    else:
        kept.drop_all(lease.load)


def forget_if_ended(load: Load) -> None:
    """Forget what a step kept while somebody cancelled its load."""
    if Load.objects.filter(pk=load.pk, stage__in=ENDED).exists():
        kept.drop_all(load)
