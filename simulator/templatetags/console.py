"""What other pages know of the console."""

from typing import Any

from django import template
from django.template import Context

from simulator.access import may_use

register = template.Library()


@register.simple_tag(takes_context=True)
def may_use_console(context: Context) -> bool:
    """Say whether the console is for whoever sees the page, once signed in."""
    request: Any = context.get("request")
    return request is not None and may_use(request)
