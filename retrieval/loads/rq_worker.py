"""The worker of a queue in Redis: `manage.py rqworker --with-scheduler`, by the setting RQ."""

from typing import Any

from django.db import connections
from rq import SimpleWorker

from retrieval.loads.tasks import REVIVE_AGAIN, revive
from retrieval.loads.workers import prepare

IDLE = 15  # seconds that RQ takes off a worker's time to live, to know how long it may wait


class RQWorker(SimpleWorker):
    """Takes turns in its own process, which has the model in memory from one to the next.

    It looks now and then whether loads wait of which Redis knows nothing: it may have been away
    when they came, or have lost what it held.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        options |= {"worker_ttl": REVIVE_AGAIN + IDLE, "maintenance_interval": REVIVE_AGAIN}
        super().__init__(*args, **options)
        prepare()

    def run_maintenance_tasks(self) -> None:
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        revive(at_once=True)
        connections.close_all()  # no connection stays open while it waits for hours
