"""The WSGI application that `make serve` and `manage.py runserver` run."""

import os

from django.core.wsgi import get_wsgi_application

from api.body_length import with_body_length

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Without a SECRET_KEY `manage.py` means a developer's checkout. A server that loads this
# file by itself must not guess that: it is production until DEBUG says otherwise.
os.environ.setdefault("DEBUG", "false")

django_application = get_wsgi_application()

# What follows needs the applications, which are set up by now.
from django.conf import settings  # noqa: E402

from api.log_lines import write_access  # noqa: E402
from api.request_log import request_log  # noqa: E402
from api.serving import serving  # noqa: E402
from config.probes import with_probes  # noqa: E402
from plugins.short_way import with_short_way  # noqa: E402

if settings.ACCESS_LOG:
    request_log.readers.append(write_access)
if settings.METRICS:
    from api.metrics import gauge, observe

    request_log.readers.append(observe)
    request_log.writer.functions.append(gauge)

application = with_short_way(with_probes(django_application))
application = request_log.around(with_body_length(application))
serving.send(None)
