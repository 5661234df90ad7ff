"""What the sign-in page knows of the demo."""

from typing import Any

from django import template
from django.template import Context

from config import demo

register = template.Library()


@register.simple_tag(takes_context=True)
def demo_person(context: Context) -> Any:
    """Return the demo's person, where a click may sign them in."""
    request: Any = context.get("request")
    return demo.demo_person(request) if request is not None else None
