"""What templates know without being told."""

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
BREAK = mark_safe("<wbr>/")


@register.simple_tag
def site_name() -> str:
    """Return what the site calls itself; the setting SITE_NAME."""
    name: str = settings.SITE_NAME
    return name


@register.filter
def breakable(address: str) -> SafeString:
    """Return an address that goes on in a new line before a slash, rather than within a word."""
    scheme, colon, rest = address.partition("://")
    parts = ((part,) for part in rest.split("/"))
    return format_html("{}{}{}", scheme, colon, format_html_join(BREAK, "{}", parts))
