"""Says that this process begins to serve: what takes long at first can be done before it is asked.

`manage.py` commands that serve nothing never say so.
"""

from django.dispatch import Signal

serving = Signal()
"""Sent once in each process, when its application is made. Who listens must not keep it waiting."""
