"""The RSGI application that `make serve` runs: it is safe without a proxy in front of it."""

import os

from django.conf import settings
from django.db import connection

from api.request_log import request_log
from api.whole_requests import WholeRequests
from config.probes import HEALTH
from config.wsgi import application as wsgi_application

THREADS = int(os.environ.get("THREADS", "4"))

application = WholeRequests(
    wsgi_application,
    threads=THREADS,
    # A thread that waits for another database leaves the processor to the rest.
    one_first=connection.vendor == "sqlite",
    at_once=HEALTH,
    log=request_log,
)
if settings.METRICS:
    from api.metrics import bodies

    bodies.append(lambda: application.room.held)
