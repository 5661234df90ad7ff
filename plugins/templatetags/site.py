"""What templates know without being told."""

import re

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from api.once import FIELD, new_mark

register = template.Library()
PART = re.compile(r"^[a-z]+://[^/]*|/?[^/]+(?:/$)?|/")


@register.simple_tag
def site_name() -> str:
    """Return what the site calls itself; the setting SITE_NAME."""
    name: str = settings.SITE_NAME
    return name


@register.simple_tag
def once() -> SafeString:
    """Return the field by which a form that is sent twice is known (`api/once.py`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_mark())


@register.filter
def focused(field: BoundField) -> SafeString:
    """Return a field's input, which has the focus if it is the first that is wrong in its form.

    In a form with nothing wrong, the widget says whether it has.
    """
    wrong = next((each.name for each in field.form.visible_fields() if each.errors), None)
    attributes: dict[str, str | bool] = {}
    if wrong is not None:
        attributes["autofocus"] = field.name == wrong
    return field.as_widget(attrs=attributes)


@register.filter
def breakable(address: str) -> SafeString:
    """Return an address that goes on in a new line before a slash, and nowhere else if it fits."""
    parts = ((part,) for part in PART.findall(address))
    return format_html_join("", '<span class="unbroken">{}</span>', parts)
