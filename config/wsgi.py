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
from plugins.short_way import with_short_way  # noqa: E402

application = with_body_length(with_short_way(django_application))
