"""What axe, the checker of accessibility, finds on a page."""

from typing import Any

import pytest
from playwright.sync_api import Page

OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What alone differs between a page in the light and in the dark."""


def violations(page: Page, **options: Any) -> list[str]:
    """Return the rules that a page breaks, each with where; `options` are axe's."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = (
        axe.Axe()
        .run(page, options={"resultTypes": ["violations"], **options})
        .response["violations"]
    )
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]
