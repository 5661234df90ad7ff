"""What templates know without being told."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """Return what the site calls itself; the setting SITE_NAME."""
    name: str = settings.SITE_NAME
    return name
